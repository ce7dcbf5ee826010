//! One sample: an operation, repeated, and what that cost.

use std::hint::{self, black_box};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// Asks a case for a number of iterations, and keeps what they cost.
///
/// What is done outside the measured part is free.
#[derive(Debug)]
pub struct Sample {
    iterations: u64,
    elapsed: Duration,
    counted: u64,
}

/// By how much a sample of several threads is longer.
///
/// Threads do not run on processors of their own from the first moment; in a longer sample that matters little.
const LONGER: u32 = 16;

/// Where the measured part begins and ends.
///
/// Valgrind watches for calls of this function, by its name.
#[inline(never)]
pub(crate) fn boundary_of_what_is_measured() {
    black_box(());
}

impl Sample {
    pub(crate) fn new(iterations: u64) -> Self {
        Sample { iterations, elapsed: Duration::ZERO, counted: 0 }
    }

    /// Times the operation, repeated; what it returns is kept from the optimiser.
    #[inline]
    pub fn time<R>(&mut self, operation: impl FnMut() -> R) {
        self.elapsed = time(self.iterations, operation);
    }

    /// Times `repeat`, which receives the number of operations.
    pub fn time_all(&mut self, repeat: impl FnOnce(u64)) {
        let start = Instant::now();
        boundary_of_what_is_measured();
        repeat(self.iterations);
        boundary_of_what_is_measured();
        self.elapsed = start.elapsed();
    }

    /// As [`time_all`](Self::time_all), of what the workers of a runtime do at the same time.
    pub fn time_all_on_workers(&mut self, repeat: impl FnOnce(u64)) {
        let start = Instant::now();
        repeat(self.iterations * u64::from(LONGER));
        self.elapsed = start.elapsed() / LONGER;
    }

    /// Times the operation on several threads at once; the slowest thread counts.
    pub fn time_on_threads<R>(&mut self, threads: usize, operation: impl Fn() -> R + Sync) {
        let longer = if threads > 1 { LONGER } else { 1 };
        let (iterations, arrived) = (self.iterations * u64::from(longer), AtomicUsize::new(0));
        let run = || {
            // Awake, and not in a barrier: a thread that is woken begins when the others have long finished.
            arrived.fetch_add(1, Ordering::AcqRel);
            while arrived.load(Ordering::Acquire) < threads {
                hint::spin_loop();
            }
            time(iterations, &operation)
        };
        let slowest = thread::scope(|scope| {
            let running: Vec<_> = (0..threads).map(|_| scope.spawn(run)).collect();
            running.into_iter().filter_map(|thread| thread.join().ok()).max().unwrap_or_default()
        });
        self.elapsed = slowest / longer;
    }

    /// Takes the time from `repeat`, which has a clock of its own.
    ///
    /// `repeat` receives the number of operations.
    pub fn time_elsewhere(&mut self, repeat: impl FnOnce(u64) -> Duration) {
        self.elapsed = repeat(self.iterations);
    }

    /// Takes the number of bytes or allocations from `count`.
    ///
    /// `count` receives the number of operations, and returns the total.
    pub fn count(&mut self, count: impl FnOnce(u64) -> u64) {
        self.counted = count(self.iterations);
    }

    pub(crate) fn nanoseconds_per_iteration(&self) -> f64 {
        self.elapsed.as_nanos() as f64 / self.iterations as f64
    }

    pub(crate) fn counted(&self) -> u64 {
        self.counted
    }

    pub(crate) fn counted_per_iteration(&self) -> f64 {
        self.counted as f64 / self.iterations as f64
    }
}

#[inline]
fn time<R>(iterations: u64, mut operation: impl FnMut() -> R) -> Duration {
    let start = Instant::now();
    boundary_of_what_is_measured();
    for _ in 0..iterations {
        black_box(operation());
    }
    boundary_of_what_is_measured();
    start.elapsed()
}
