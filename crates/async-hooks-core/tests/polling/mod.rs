//! Futures polled by hand, and threads whose root context is untouched.
#![allow(dead_code, reason = "each test file uses its part")]

use std::future::{Future, poll_fn};
use std::panic;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};
use std::thread;

/// Polls once, with a waker that does nothing.
pub(crate) fn poll<F: Future + ?Sized>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

/// Polls until the future is done.
pub(crate) fn complete<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(output) = poll(future.as_mut()) {
            return output;
        }
    }
}

/// Pending at the first poll, ready at the second; wakes at once.
///
/// For executors that poll only what was woken.
pub(crate) async fn pause() {
    let mut is_second = false;
    poll_fn(|cx| match std::mem::replace(&mut is_second, true) {
        true => Poll::Ready(()),
        false => {
            cx.waker().wake_by_ref();
            Poll::Pending
        }
    })
    .await;
}

/// Runs `f` on a thread of its own, whose root context is empty; panics if `f` does.
pub(crate) fn alone<R: Send>(f: impl FnOnce() -> R + Send) -> R {
    let outcome = thread::scope(|scope| scope.spawn(f).join());
    outcome.unwrap_or_else(|payload| panic::resume_unwind(payload))
}

/// Calls `f` when it is dropped.
pub(crate) struct OnDrop<F: FnMut()>(pub(crate) F);

impl<F: FnMut()> Drop for OnDrop<F> {
    fn drop(&mut self) {
        (self.0)();
    }
}
