//! The future of a task that a runtime polls.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use crate::identity::resource::Resource;
use crate::resource::async_resource::AsyncResource;

pin_project! {
    /// The future of a task, as its resource.
    ///
    /// Like a [`ResourceFuture`](crate::ResourceFuture), except that it drops the future when that returns `Ready`: as an
    /// executor does, and without entering the scope once more. Polled again, it stays pending.
    #[derive(Debug)]
    #[must_use = "futures do nothing unless polled"]
    pub struct TaskFuture<F> {
        // `None` once it was dropped inside the scope of the resource.
        #[pin]
        future: Option<F>,
        resource: AsyncResource,
    }

    impl<F> PinnedDrop for TaskFuture<F> {
        fn drop(this: Pin<&mut Self>) {
            let this = this.project();
            this.resource.drop_future(this.future);
        }
    }
}

impl<F: Future> TaskFuture<F> {
    /// The future becomes this resource.
    #[inline]
    pub fn new(resource: AsyncResource, future: F) -> Self {
        TaskFuture { future: Some(future), resource }
    }

    /// The description of the task.
    #[inline]
    #[must_use]
    pub fn resource(&self) -> Resource {
        self.resource.resource()
    }
}

impl<F: Future> Future for TaskFuture<F> {
    type Output = F::Output;

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        this.resource.poll_task(this.future, cx)
    }
}
