//! What blocks, what is cancelled, what is lost and what hangs, over both runtimes of tokio.
//!
//! Hooks belong to the process, so the tests take turns.

#![allow(clippy::expect_used, reason = "clippy lets tests expect, but not what tests share")]

#[cfg(tokio_unstable)]
mod automatic;
mod blocked;
mod cancelled;
mod hanging;
mod lost;

use std::future::Future;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::runtime::{Builder, Runtime};

const PATIENCE: Duration = Duration::from_secs(60);

fn turn() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

fn current_thread() -> Runtime {
    Builder::new_current_thread().enable_all().build().expect("a runtime can be had")
}

fn multi_thread() -> Runtime {
    Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime can be had")
}

/// Runs the same on a runtime of each flavour, in turn with all others.
fn on_both<F: Future>(make: impl Fn() -> F) {
    let _turn = turn();
    for runtime in [current_thread(), multi_thread()] {
        runtime.block_on(make());
    }
}
