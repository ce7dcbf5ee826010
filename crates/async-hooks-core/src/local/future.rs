//! A future over whose polls one `AsyncLocal` is set.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use crate::local::scoped::ScopedLocal;

pin_project! {
    /// A future with one [`AsyncLocal`](crate::AsyncLocal) set, or exited, while it is polled; made by
    /// [`AsyncLocal::scope`](crate::AsyncLocal::scope) and [`AsyncLocal::exit_scope`](crate::AsyncLocal::exit_scope).
    ///
    /// What the future enters with [`enter_with`](crate::AsyncLocal::enter_with) stays with it from poll to poll. When it is
    /// done, its own local is put back, and other locals it entered are handed to whoever awaited it, as
    /// [`run`](crate::AsyncLocal::run) would.
    #[derive(Debug)]
    #[must_use = "futures do nothing unless polled"]
    pub struct LocalFuture<F> {
        // Declared first: dropped with the local set.
        #[pin]
        future: F,
        scoped: ScopedLocal,
    }

    impl<F> PinnedDrop for LocalFuture<F> {
        fn drop(this: Pin<&mut Self>) {
            this.project().scoped.enter_until_dropped();
        }
    }
}

impl<F> LocalFuture<F> {
    pub(crate) fn new(future: F, scoped: ScopedLocal) -> Self {
        LocalFuture { future, scoped }
    }
}

impl<F: Future> Future for LocalFuture<F> {
    type Output = F::Output;

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        let entered = this.scoped.enter();
        let polled = this.future.poll(cx);
        drop(entered);
        if polled.is_ready() {
            this.scoped.hand_over();
        }
        polled
    }
}
