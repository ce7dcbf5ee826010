//! The leak test over real runtimes.

#![allow(clippy::unwrap_used, reason = "a test that meets the impossible may stop there")]

#[cfg(tokio_unstable)]
mod dependencies;
mod in_parallel;
mod paused;
mod tasks;
#[cfg(tokio_unstable)]
mod unmodified;
mod unseen;

use std::panic::{AssertUnwindSafe, catch_unwind};

use tokio::runtime::{Builder, Runtime};

fn current_thread() -> Runtime {
    Builder::new_current_thread().enable_all().build().unwrap()
}

fn multi_thread() -> Runtime {
    Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap()
}

/// What it panicked with; the empty text if it did not.
fn failure<R>(f: impl FnOnce() -> R) -> String {
    let payload = catch_unwind(AssertUnwindSafe(|| drop(f()))).err();
    payload.and_then(|payload| payload.downcast::<String>().ok()).map_or_else(String::new, |message| *message)
}
