//! The kinds of runtime that can track their tasks.

#![allow(dead_code, reason = "each test file uses what it needs")]

use async_hooks_tokio::BuilderExt as _;
use tokio::runtime::{Builder, LocalOptions, LocalRuntime, Runtime};

#[path = "../runtimes/steering.rs"]
pub(crate) mod steering;
use steering::WORKERS;

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
