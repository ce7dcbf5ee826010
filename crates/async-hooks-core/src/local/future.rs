//! A future that has one `AsyncLocal` set in all its polls.

use std::future::Future;
use std::mem;
use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use crate::local::scoped::ScopedLocal;

pin_project! {
    /// A future that has one [`AsyncLocal`](crate::AsyncLocal) set, or unset, in all its polls.
    ///
    /// Returned by [`AsyncLocal::scope`](crate::AsyncLocal::scope) and
    /// [`AsyncLocal::exit_scope`](crate::AsyncLocal::exit_scope). What the future sets with
    /// [`enter_with`](crate::AsyncLocal::enter_with) stays with the future over its polls. When it returns `Ready`, it
    /// hands over the *other* locals that it has set, as if the code that awaits it had called `enter_with`. It never
    /// hands over its own local.
    ///
    /// # Examples
    ///
    /// ```
    /// use async_hooks_core::AsyncLocal;
    /// # use std::{future::Future, pin::pin, task::{Context, Poll, Waker}};
    /// # fn block_on<F: Future>(future: F) -> F::Output {
    /// #     let Poll::Ready(output) = pin!(future).poll(&mut Context::from_waker(Waker::noop())) else { unreachable!() };
    /// #     output
    /// # }
    ///
    /// static USER: AsyncLocal<&str> = AsyncLocal::new();
    /// static TENANT: AsyncLocal<&str> = AsyncLocal::new();
    ///
    /// block_on(USER.scope("alice", async {
    ///     USER.enter_with("bob");
    ///     TENANT.enter_with("acme");
    /// }));
    /// assert_eq!(TENANT.get().as_deref(), Some(&"acme"));
    /// assert_eq!(USER.get(), None);
    /// ```
    #[derive(Debug)]
    #[must_use = "futures do nothing unless polled"]
    pub struct AsyncLocalFuture<F> {
        // `None` only once `into_inner` has taken it.
        #[pin]
        future: Option<F>,
        scoped: ScopedLocal,
    }

    impl<F> PinnedDrop for AsyncLocalFuture<F> {
        fn drop(this: Pin<&mut Self>) {
            let mut this = this.project();
            if mem::needs_drop::<F>() && this.future.is_some() {
                this.scoped.run_last(|| this.future.set(None));
            }
        }
    }
}

impl<F> AsyncLocalFuture<F> {
    pub(crate) fn new(future: F, scoped: ScopedLocal) -> Self {
        AsyncLocalFuture { future: Some(future), scoped }
    }

    /// Returns the future, which then runs with the values of the code that polls it.
    ///
    /// What it has set itself in earlier polls is dropped.
    ///
    /// ```
    /// use async_hooks_core::AsyncLocal;
    /// # use std::{future::Future, pin::pin, task::{Context, Poll, Waker}};
    /// # fn block_on<F: Future>(future: F) -> F::Output {
    /// #     let Poll::Ready(output) = pin!(future).poll(&mut Context::from_waker(Waker::noop())) else { unreachable!() };
    /// #     output
    /// # }
    ///
    /// static USER: AsyncLocal<&str> = AsyncLocal::new();
    ///
    /// let future = USER.scope("alice", async { USER.get() });
    /// assert_eq!(block_on(future.into_inner()), None);
    /// ```
    pub fn into_inner(mut self) -> F {
        let Some(future) = self.future.take() else { unreachable!("only `into_inner` takes the future") };
        future
    }
}

impl<F: Future> Future for AsyncLocalFuture<F> {
    type Output = F::Output;

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        let Some(future) = this.future.as_pin_mut() else { return Poll::Pending };
        let entered = this.scoped.enter();
        let polled = future.poll(cx);
        drop(entered);
        if polled.is_ready() {
            this.scoped.hand_over();
        }
        polled
    }
}
