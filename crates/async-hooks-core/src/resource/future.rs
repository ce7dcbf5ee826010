//! A future that is one resource from its creation to its drop.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use crate::identity::resource::Resource;
use crate::resource::async_resource::AsyncResource;

impl AsyncResource {
    /// Turns a future into this resource: each poll of it runs in the scope of the resource.
    ///
    /// Use it instead of [`in_async_resource`](crate::FutureExt::in_async_resource) for a resource that exists already,
    /// or that a builder creates. What the future sets with [`enter_with`](crate::AsyncLocal::enter_with) stays with
    /// the future over its polls, and never reaches the code that polls it.
    ///
    /// Dropping the future drops what it owns inside the scope, and then destroys the resource; without `resolve` if it
    /// has not returned `Ready`.
    ///
    /// ```
    /// use async_hooks_core::{AsyncResource, execution_async_id};
    /// # use std::{future::Future, pin::pin, task::{Context, Poll, Waker}};
    /// # fn block_on<F: Future>(future: F) -> F::Output {
    /// #     let Poll::Ready(output) = pin!(future).poll(&mut Context::from_waker(Waker::noop())) else { unreachable!() };
    /// #     output
    /// # }
    ///
    /// let query = AsyncResource::new("query");
    /// let id = query.async_id();
    /// assert_eq!(block_on(query.scope(async { execution_async_id() })), id);
    /// ```
    #[inline]
    pub fn scope<F: Future>(self, future: F) -> ResourceFuture<F> {
        ResourceFuture { future: Some(future), resource: self }
    }
}

pin_project! {
    /// A future that is an async resource.
    ///
    /// Returned by [`AsyncResource::scope`] and [`in_async_resource`](crate::FutureExt::in_async_resource). It sends
    /// `before` and `after` around each poll, `resolve` when a poll returns `Ready`, and `destroy` when it is dropped.
    ///
    /// Node: a promise.
    ///
    /// ```
    /// use async_hooks_core::{FutureExt as _, ResourceFuture};
    ///
    /// fn named<F: Future>(future: F) -> ResourceFuture<F> {
    ///     future.in_async_resource("named")
    /// }
    /// assert_eq!(named(async {}).resource().kind(), "named");
    /// ```
    #[derive(Debug)]
    #[must_use = "futures do nothing unless polled"]
    pub struct ResourceFuture<F> {
        // `None` only once it was dropped inside the scope of the resource, or taken by `into_inner`.
        #[pin]
        future: Option<F>,
        resource: AsyncResource,
    }

    impl<F> PinnedDrop for ResourceFuture<F> {
        fn drop(this: Pin<&mut Self>) {
            let this = this.project();
            this.resource.drop_future(this.future);
        }
    }
}

impl<F> ResourceFuture<F> {
    /// Returns the description of the resource that this future is.
    ///
    /// ```
    /// use async_hooks_core::FutureExt as _;
    ///
    /// assert_eq!(async {}.in_async_resource("query").resource().kind(), "query");
    /// ```
    #[inline]
    pub fn resource(&self) -> Resource {
        self.resource.resource()
    }

    /// Returns the future, and destroys the resource without `resolve`.
    ///
    /// The future then runs as part of the resource that polls it.
    ///
    /// ```
    /// use async_hooks_core::{AsyncId, FutureExt as _, execution_async_id};
    /// # use std::{future::Future, pin::pin, task::{Context, Poll, Waker}};
    /// # fn block_on<F: Future>(future: F) -> F::Output {
    /// #     let Poll::Ready(output) = pin!(future).poll(&mut Context::from_waker(Waker::noop())) else { unreachable!() };
    /// #     output
    /// # }
    ///
    /// let query = async { execution_async_id() }.in_async_resource("query");
    /// assert_eq!(block_on(query.into_inner()), AsyncId::ROOT);
    /// ```
    pub fn into_inner(mut self) -> F {
        let Some(future) = self.future.take() else { unreachable!("only `into_inner` and the drop take the future") };
        future
    }
}

impl<F: Future> Future for ResourceFuture<F> {
    type Output = F::Output;

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        this.resource.poll(this.future, cx)
    }
}
