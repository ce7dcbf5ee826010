//! Models of what threads share by locks and atomics, with shuttle.

use std::env;

/// The orders tried of each model, unless `MODEL_SCHEDULES` names another number.
const SCHEDULES: usize = 2_000;

/// The number of forced switches between threads in an order: most races need fewer.
const SWITCHES: usize = 3;

/// What one thread of a model does.
pub type Steps = Box<dyn FnOnce() + Send>;

/// Runs the model in many orders of its threads' steps; fails with the order that has failed.
///
/// Half of the orders are random; in the others each thread runs on, but for a few switches.
pub fn explore(model: impl Fn() + Send + Sync + Clone + 'static) {
    let schedules = env::var("MODEL_SCHEDULES").ok().and_then(|number| number.parse().ok()).unwrap_or(SCHEDULES);
    shuttle::check_random(model.clone(), schedules / 2);
    shuttle::check_pct(model, schedules / 2, SWITCHES);
}

/// Runs the steps on threads of the model at once, and waits for them.
///
/// # Panics
///
/// When one of them panics.
pub fn at_once<const THREADS: usize>(steps: [Steps; THREADS]) {
    let threads = steps.map(shuttle::thread::spawn);
    threads.into_iter().for_each(|thread| assert!(thread.join().is_ok()));
}
