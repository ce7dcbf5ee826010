//! The kinds of runtime that can be told to track their tasks.

use async_hooks_tokio::BuilderExt as _;
use tokio::runtime::{Builder, Runtime};

pub(crate) fn current_thread() -> Runtime {
    Builder::new_current_thread().enable_all().async_hooks().build().unwrap()
}

pub(crate) fn multi_thread() -> Runtime {
    Builder::new_multi_thread().worker_threads(2).enable_all().async_hooks().build().unwrap()
}

/// Runs the test outside any resource, once on each kind of runtime.
pub(crate) fn on_each(test: impl AsyncFn()) {
    for runtime in [current_thread(), multi_thread()] {
        runtime.block_on(test());
    }
}
