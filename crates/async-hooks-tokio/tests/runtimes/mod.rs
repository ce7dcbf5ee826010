//! The two kinds of runtime.
//!
//! With `--cfg tokio_unstable` they track all their tasks: a wrapper keeps its promises there as on a plain runtime.

#![allow(dead_code, reason = "each test file uses what it needs")]

use tokio::runtime::{Builder, Runtime};

pub(crate) mod steering;
use steering::WORKERS;

mod plain;
#[cfg(not(tokio_unstable))]
use plain as built;
#[cfg(tokio_unstable)]
#[path = "tracking.rs"]
mod built;

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
