//! The kinds of runtime that can be told to track their tasks.

#![allow(dead_code, reason = "each test file uses what it needs")]

use std::sync::{Arc, Barrier};

use async_hooks_tokio::BuilderExt as _;
use tokio::runtime::{Builder, LocalOptions, LocalRuntime, Runtime};
use tokio::task::{JoinHandle, yield_now};

pub(crate) const WORKERS: usize = 2;

pub(crate) fn current_thread() -> Runtime {
    Builder::new_current_thread().enable_all().async_hooks().build().unwrap()
}

pub(crate) fn multi_thread() -> Runtime {
    Builder::new_multi_thread().worker_threads(WORKERS).enable_all().async_hooks().build().unwrap()
}

pub(crate) fn local() -> LocalRuntime {
    Builder::new_current_thread().enable_all().async_hooks().build_local(LocalOptions::default()).unwrap()
}

/// Runs the test outside any resource, once on each kind of runtime.
pub(crate) fn on_each(test: impl AsyncFn()) {
    for runtime in [current_thread(), multi_thread()] {
        runtime.block_on(test());
    }
    local().block_on(test());
}

/// Where one thread does everything, so that the order of events is known.
pub(crate) fn on_one_thread(test: impl AsyncFn()) {
    current_thread().block_on(test());
    local().block_on(test());
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
