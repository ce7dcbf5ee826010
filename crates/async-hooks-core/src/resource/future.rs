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
        // `None` once it has been dropped inside the scope of the resource: a task after `Ready`, any other on drop.
        #[pin]
        future: Option<F>,
        resource: AsyncResource,
    }

    impl<F> PinnedDrop for ResourceFuture<F> {
        fn drop(this: Pin<&mut Self>) {
            if this.future.is_some() {
                drop_inside(this);
            }
        }
    }
}

/// Not inlined, so that the drop of a completed task stays short.
#[inline(never)]
fn drop_inside<F>(future: Pin<&mut ResourceFuture<F>>) {
    let mut this = future.project();
    this.resource.run_silently(|| this.future.set(None));
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
}

impl<F: Future> Future for ResourceFuture<F> {
    type Output = F::Output;

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        this.resource.poll(this.future, cx)
    }
}
