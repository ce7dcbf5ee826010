//! The two kinds of runtime, and what a test needs to steer them without a clock.
//!
//! With `--cfg tokio_unstable` they track all their tasks: a wrapper keeps its promises there as on a plain runtime.

#![allow(dead_code, reason = "each test file uses what it needs")]

use std::sync::{Arc, Barrier};

use tokio::runtime::{Builder, Runtime};
use tokio::task::{JoinHandle, yield_now};

mod plain;
#[cfg(not(tokio_unstable))]
use plain as built;
#[cfg(tokio_unstable)]
#[path = "tracking.rs"]
mod built;

pub(crate) const WORKERS: usize = 2;

pub(crate) fn current_thread() -> Runtime {
    built::build(Builder::new_current_thread().enable_time())
}

pub(crate) fn multi_thread() -> Runtime {
    built::build(Builder::new_multi_thread().worker_threads(WORKERS).enable_time())
}

/// Runs the test outside any resource, once on each kind of runtime.
pub(crate) fn on_each_runtime(test: impl AsyncFn()) {
    for runtime in [current_thread(), multi_thread()] {
        runtime.block_on(test());
    }
}

/// As [`on_each_runtime`], where nobody but a wrapper tracks anything.
pub(crate) fn on_each_plain_runtime(test: impl AsyncFn()) {
    plain::build(&mut Builder::new_current_thread()).block_on(test());
    plain::build(Builder::new_multi_thread().worker_threads(WORKERS)).block_on(test());
}

/// As many polls as it says, and one.
pub(crate) async fn yield_times(times: usize) {
    for _ in 0..times {
        yield_now().await;
    }
}

/// All workers of a runtime of [`multi_thread`], kept from polling anything until they are let go.
pub(crate) struct BusyWorkers {
    barrier: Arc<Barrier>,
    tasks: Vec<JoinHandle<()>>,
}

impl BusyWorkers {
    pub(crate) fn on(runtime: &Runtime) -> Self {
        let barrier = Arc::new(Barrier::new(WORKERS + 1));
        let occupy = |_| {
            let barrier = Arc::clone(&barrier);
            runtime.spawn(async move {
                barrier.wait();
                barrier.wait();
            })
        };
        let tasks = (0..WORKERS).map(occupy).collect();
        barrier.wait();
        BusyWorkers { barrier, tasks }
    }

    pub(crate) fn let_go(self) {
        self.barrier.wait();
        drop(self.tasks);
    }
}
