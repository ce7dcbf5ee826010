//! Futures, and what polls them.

use std::fmt;
use std::future::{Future, poll_fn};
use std::hint::black_box;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

/// A future that is polled by hand, through a pointer as an executor would.
pub struct Polled {
    future: Pin<Box<dyn Future<Output = ()>>>,
}

impl Polled {
    /// Nothing is polled yet.
    pub fn new(future: impl Future<Output = ()> + 'static) -> Self {
        Polled { future: Box::pin(future) }
    }

    /// One poll, with a waker that does nothing.
    #[inline]
    pub fn poll(&mut self) {
        black_box(&black_box(self.future.as_mut()).poll(&mut Context::from_waker(Waker::noop())));
    }
}

impl fmt::Debug for Polled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Polled").finish_non_exhaustive()
    }
}

/// The whole life of a future that is ready at its first poll, on the stack.
#[inline]
pub fn make_and_poll_once<F: Future>(make: impl FnOnce() -> F) {
    black_box(&black_box(pin!(make())).poll(&mut Context::from_waker(Waker::noop())));
}

/// A future that wakes itself a number of times before it is ready.
pub async fn self_waking(times: u64) {
    for _ in 0..times {
        let mut is_woken = false;
        poll_fn(|context| {
            if is_woken {
                return Poll::Ready(());
            }
            is_woken = true;
            context.waker().wake_by_ref();
            Poll::Pending
        })
        .await;
    }
}
