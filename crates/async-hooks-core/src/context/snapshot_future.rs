//! A future that is polled with the values of a snapshot.

use std::future::Future;
use std::mem;
use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use crate::context::snapshot::{Exchange, Snapshot};

impl Snapshot {
    /// Returns a future that is polled with the captured values.
    ///
    /// Use it to spawn on an executor that does not carry the context. What the future sets with
    /// [`enter_with`](crate::AsyncLocal::enter_with) stays with the future over its polls, and never reaches the code
    /// that polls it.
    ///
    /// ```
    /// use async_hooks_core::{AsyncLocal, Snapshot};
    /// # use std::{future::Future, pin::pin, task::{Context, Poll, Waker}};
    /// # fn block_on<F: Future>(future: F) -> F::Output {
    /// #     let Poll::Ready(output) = pin!(future).poll(&mut Context::from_waker(Waker::noop())) else { unreachable!() };
    /// #     output
    /// # }
    ///
    /// static USER: AsyncLocal<&str> = AsyncLocal::new();
    ///
    /// let snapshot = USER.run("alice", Snapshot::current);
    /// assert_eq!(block_on(snapshot.scope(async { USER.get() })).as_deref(), Some(&"alice"));
    /// ```
    pub fn scope<F: Future>(&self, future: F) -> SnapshotFuture<F> {
        SnapshotFuture { future: Some(future), exchange: self.exchange() }
    }
}

pin_project! {
    /// A future that is polled, and dropped, with the values of a [`Snapshot`].
    ///
    /// Returned by [`Snapshot::scope`] and [`in_current_snapshot`](crate::FutureExt::in_current_snapshot).
    ///
    /// # Examples
    ///
    /// ```
    /// use async_hooks_core::{AsyncLocal, Snapshot};
    /// # use std::{future::Future, pin::pin, task::{Context, Poll, Waker}};
    /// # fn block_on<F: Future>(future: F) -> F::Output {
    /// #     let Poll::Ready(output) = pin!(future).poll(&mut Context::from_waker(Waker::noop())) else { unreachable!() };
    /// #     output
    /// # }
    ///
    /// static USER: AsyncLocal<&str> = AsyncLocal::new();
    ///
    /// let future = Snapshot::empty().scope(async {
    ///     USER.enter_with("alice");
    ///     USER.get()
    /// });
    /// assert_eq!(block_on(future).as_deref(), Some(&"alice"));
    /// assert_eq!(USER.get(), None);
    /// ```
    #[derive(Debug)]
    #[must_use = "futures do nothing unless polled"]
    pub struct SnapshotFuture<F> {
        // `None` only once it was dropped with the captured values, or taken by `into_inner`.
        #[pin]
        future: Option<F>,
        exchange: Exchange,
    }

    impl<F> PinnedDrop for SnapshotFuture<F> {
        fn drop(this: Pin<&mut Self>) {
            let mut this = this.project();
            if mem::needs_drop::<F>() && this.future.is_some() {
                this.exchange.run(|| this.future.set(None));
            }
        }
    }
}

impl<F> SnapshotFuture<F> {
    /// Returns the future, which then runs with the values of the code that polls it.
    ///
    /// What it has set itself in earlier polls is dropped.
    ///
    /// ```
    /// use async_hooks_core::{AsyncLocal, FutureExt as _};
    /// # use std::{future::Future, pin::pin, task::{Context, Poll, Waker}};
    /// # fn block_on<F: Future>(future: F) -> F::Output {
    /// #     let Poll::Ready(output) = pin!(future).poll(&mut Context::from_waker(Waker::noop())) else { unreachable!() };
    /// #     output
    /// # }
    ///
    /// static USER: AsyncLocal<&str> = AsyncLocal::new();
    ///
    /// let future = USER.run("alice", || async { USER.get() }.in_current_snapshot());
    /// assert_eq!(block_on(future.into_inner()), None);
    /// ```
    pub fn into_inner(mut self) -> F {
        let Some(future) = self.future.take() else { unreachable!("only `into_inner` takes the future") };
        future
    }
}

impl<F: Future> Future for SnapshotFuture<F> {
    type Output = F::Output;

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        let Some(future) = this.future.as_pin_mut() else { return Poll::Pending };
        this.exchange.run(|| future.poll(cx))
    }
}
