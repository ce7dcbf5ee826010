//! A waker panics while the runtime's driver wakes it: nothing stays on the thread.

#![cfg(tokio_unstable)]
#![allow(clippy::unwrap_used, reason = "a test that meets the impossible may stop there")]

use std::future::{Future, pending};
use std::panic::{AssertUnwindSafe, catch_unwind, panic_any};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Wake, Waker};
use std::thread;
use std::time::Duration;

use async_hooks_core::{AsyncId, AsyncResource, execution_async_id, execution_async_resource};
use async_hooks_tokio::{BuilderExt as _, RuntimeHooks};
use tokio::runtime::{Builder, Runtime};
use tokio::time::{Sleep, sleep};

const ROOT: (AsyncId, &str) = (AsyncId::ROOT, "root");

fn executing() -> (AsyncId, &'static str) {
    (execution_async_id(), execution_async_resource().kind())
}

struct Panics;

impl Wake for Panics {
    fn wake(self: Arc<Self>) {
        assert_eq!(executing(), (AsyncId::ROOT, "tokio::driver"));
        panic_any("waker");
    }
}

/// Paused, so that the clock goes on as soon as everything waits.
fn runtime() -> Runtime {
    let hooks = RuntimeHooks::new().driver_wakes();
    Builder::new_current_thread().enable_time().start_paused(true).async_hooks_with(hooks).build().unwrap()
}

/// Registers the waker with a timer, so that the driver wakes it.
async fn wait_with(waker: &Waker) {
    let mut timer: Pin<&mut Sleep> = pin!(sleep(Duration::from_secs(1)));
    assert!(timer.as_mut().poll(&mut Context::from_waker(waker)).is_pending());
    pending().await
}

fn run_into_the_panic(runtime: &Runtime) {
    let waker = Waker::from(Arc::new(Panics));
    let outcome = catch_unwind(AssertUnwindSafe(|| runtime.block_on(wait_with(&waker))));
    assert!(outcome.is_err());
}

#[test]
fn what_a_driver_that_has_panicked_leaves_ends_with_the_next_wait() {
    let next = || {
        // A runtime whose driver has panicked is of no use any more.
        for _ in 0..3 {
            run_into_the_panic(&runtime());
        }
        runtime().block_on(async { sleep(Duration::from_secs(1)).await });
        assert_eq!(executing(), ROOT);
    };
    thread::scope(|scope| scope.spawn(next).join()).unwrap();
}

#[test]
fn what_a_driver_that_has_panicked_leaves_ends_with_the_scope_around_it() {
    AsyncResource::new("job").run_in_async_scope(|| run_into_the_panic(&runtime()));
    assert_eq!(executing(), ROOT);
    // Neither does the next wait of this thread bring the job back.
    runtime().block_on(async {
        sleep(Duration::from_secs(1)).await;
        assert_eq!(executing(), ROOT);
    });
    assert_eq!(executing(), ROOT);
}
