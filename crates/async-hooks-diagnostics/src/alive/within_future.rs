//! A future of which a tool sees what it causes.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use async_hooks_core::AsyncLocalFuture;
use pin_project_lite::pin_project;

use crate::alive::ancestor::Ancestor;
use crate::tool::reach::Reach;

pin_project! {
    /// A future of which a tool sees what it causes, and nothing else.
    ///
    /// Made by [`Registry::within`], [`LeakDetector::within`] and [`Cancellations::within`]. The future itself is no resource.
    ///
    /// [`Registry::within`]: crate::Registry::within
    /// [`LeakDetector::within`]: crate::LeakDetector::within
    /// [`Cancellations::within`]: crate::Cancellations::within
    ///
    /// ```
    /// use async_hooks_diagnostics::{Registry, WithinFuture};
    /// # use futures::executor::block_on;
    ///
    /// let registry = Registry::new();
    /// let seen: WithinFuture<_> = registry.within(async { 7 });
    /// assert_eq!(block_on(seen), 7);
    /// ```
    #[must_use = "futures do nothing unless polled"]
    pub struct WithinFuture<F> {
        #[pin]
        future: AsyncLocalFuture<F>,
        ancestor: Arc<Ancestor>,
    }
}

impl<F: Future> WithinFuture<F> {
    /// The tool of this reach listens already.
    pub(crate) fn new(reach: Option<&Reach>, future: F) -> WithinFuture<F> {
        let ancestor = Ancestor::of_tool(reach);
        WithinFuture { future: ancestor.scope(future), ancestor }
    }
}

impl<F> WithinFuture<F> {
    /// Returns the future; what it causes from then on is not seen.
    ///
    /// ```
    /// use async_hooks_diagnostics::Registry;
    /// # use futures::executor::block_on;
    ///
    /// let future = Registry::new().within(async { 7 }).into_inner();
    /// assert_eq!(block_on(future), 7);
    /// ```
    pub fn into_inner(self) -> F {
        self.future.into_inner()
    }
}

impl<F: Future> Future for WithinFuture<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        this.ancestor.nest();
        this.future.poll(cx)
    }
}

impl<F> fmt::Debug for WithinFuture<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WithinFuture").finish_non_exhaustive()
    }
}
