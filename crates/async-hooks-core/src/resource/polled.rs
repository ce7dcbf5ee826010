//! The future that a resource owns: its polls and its drop, in the scope of the resource.

use std::future::Future;
use std::pin::Pin;
use std::task::{self, Poll};

use crate::hooks::waker::WakerSlot;
use crate::identity::resource::Resource;
use crate::resource::async_resource::AsyncResource;
use crate::resource::scope;

impl AsyncResource {
    /// Polls the future in the scope of this resource, which keeps what `enter_with` sets.
    #[inline]
    pub(crate) fn poll<F: Future>(
        &mut self,
        future: Pin<&mut Option<F>>,
        cx: &mut task::Context<'_>,
    ) -> Poll<F::Output> {
        self.poll_then(future, cx, |_| {})
    }

    /// Polls the future of a task, and drops it inside the scope when it returns `Ready`.
    #[inline]
    pub(crate) fn poll_task<F: Future>(
        &mut self,
        future: Pin<&mut Option<F>>,
        cx: &mut task::Context<'_>,
    ) -> Poll<F::Output> {
        self.poll_then(future, cx, |mut future| future.set(None))
    }

    /// Polls the future in the scope; when it is ready, `finish` runs there too.
    #[inline(always)]
    fn poll_then<F: Future>(
        &mut self,
        mut future: Pin<&mut Option<F>>,
        cx: &mut task::Context<'_>,
        finish: impl FnOnce(Pin<&mut Option<F>>),
    ) -> Poll<F::Output> {
        scope::poll_in(&self.tracked, &mut self.context, |is_watched| {
            let Some(polled) = future.as_mut().as_pin_mut() else { return Poll::Pending };
            let (resource, waker) = (&self.tracked.resource, &mut self.waker);
            let polled = if is_watched { poll_watched(resource, waker, polled, cx) } else { polled.poll(cx) };
            if polled.is_ready() {
                scope::resolve(&self.tracked);
                finish(future);
            }
            polled
        })
    }

    /// Drops the future in the scope, if there is one.
    #[inline]
    pub(crate) fn drop_future<F>(&mut self, future: Pin<&mut Option<F>>) {
        if future.is_some() {
            self.drop_inside(future);
        }
    }

    /// Not inlined, so that the drop of a completed task stays short.
    #[inline(never)]
    fn drop_inside<F>(&mut self, mut future: Pin<&mut Option<F>>) {
        self.tracked.lifecycle.drop_future();
        self.run_silently(|| future.set(None));
    }
}

/// Polls with a waker that sends `wake`. Not inlined, so that every other poll stays short.
#[inline(never)]
fn poll_watched<F: Future>(
    resource: &Resource,
    waker: &mut WakerSlot,
    future: Pin<&mut F>,
    cx: &mut task::Context<'_>,
) -> Poll<F::Output> {
    waker.poll(resource, cx.waker(), |cx| future.poll(cx))
}
