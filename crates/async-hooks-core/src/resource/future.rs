//! A future that is one resource for life.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use crate::identity::resource::Resource;
use crate::resource::async_resource::AsyncResource;

impl AsyncResource {
    /// Turns `future` into this resource: each poll runs in its scope, and dropping it destroys the resource.
    ///
    /// What the future enters with [`enter_with`](crate::AsyncLocal::enter_with) stays with it from poll to poll and
    /// reaches nobody else. A future dropped before it is done is destroyed without `resolve`; what it owned is dropped
    /// inside its scope.
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
    /// A future that is an async resource; made by [`AsyncResource::scope`] and
    /// [`in_async_resource`](crate::FutureExt::in_async_resource).
    ///
    /// `before` and `after` are sent around each poll, `resolve` when it returns `Ready`, `destroy` when it is dropped.
    #[derive(Debug)]
    #[must_use = "futures do nothing unless polled"]
    pub struct ResourceFuture<F> {
        // `None` when it has been dropped, inside the scope of the resource: a task when it is done, others with their owner.
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

/// Apart, so that to drop a task that is done takes no preparations.
#[inline(never)]
fn drop_inside<F>(future: Pin<&mut ResourceFuture<F>>) {
    let mut this = future.project();
    this.resource.run_silently(|| this.future.set(None));
}

impl<F> ResourceFuture<F> {
    /// Which resource this future is.
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
