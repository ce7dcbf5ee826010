//! A stream that is one resource from its creation to its drop.

use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::{FusedStream, Stream};
use pin_project_lite::pin_project;

use crate::hooks::waker::WakerSlot;
use crate::identity::resource::Resource;
use crate::resource::async_resource::AsyncResource;
use crate::resource::scope;

impl AsyncResource {
    /// Turns a stream into this resource: each `poll_next` runs in its scope.
    ///
    /// Use it instead of [`in_async_resource`](crate::StreamExt::in_async_resource) for a resource that exists already,
    /// or that a builder creates. What the stream sets with [`enter_with`](crate::AsyncLocal::enter_with) stays with
    /// the stream over its items, and never reaches the code that polls it.
    ///
    /// The code that receives an item runs outside the scope.
    ///
    /// Node: an async generator, which is one resource over all its items.
    ///
    /// ```
    /// use async_hooks_core::{AsyncResource, execution_async_id};
    /// use futures::executor::block_on_stream;
    ///
    /// let rows = AsyncResource::new("rows");
    /// let id = rows.async_id();
    /// let rows = rows.scope_stream(futures::stream::once(async { execution_async_id() }));
    /// assert!(block_on_stream(Box::pin(rows)).eq([id]));
    /// ```
    #[inline]
    pub fn scope_stream<S: Stream>(self, stream: S) -> ResourceStream<S> {
        ResourceStream { stream: Some(stream), resource: self }
    }

    /// Polls the stream in the scope of this resource, which keeps what `enter_with` sets.
    #[inline]
    fn poll_next<S: Stream>(&mut self, stream: Pin<&mut Option<S>>, cx: &mut Context<'_>) -> Poll<Option<S::Item>> {
        let Some(stream) = stream.as_pin_mut() else { return Poll::Ready(None) };
        scope::poll_in(&self.tracked, &mut self.context, |is_watched| {
            let (resource, waker) = (&self.tracked.resource, &mut self.waker);
            let polled = if is_watched { poll_watched(resource, waker, stream, cx) } else { stream.poll_next(cx) };
            if let Poll::Ready(None) = polled {
                scope::resolve(&self.tracked);
            }
            polled
        })
    }
}

/// Polls with a waker that sends `wake`. Not inlined, so that every other poll stays short.
#[inline(never)]
fn poll_watched<S: Stream>(
    resource: &Resource,
    waker: &mut WakerSlot,
    stream: Pin<&mut S>,
    cx: &mut Context<'_>,
) -> Poll<Option<S::Item>> {
    waker.poll(resource, cx.waker(), |cx| stream.poll_next(cx))
}

pin_project! {
    /// A stream that is an async resource.
    ///
    /// Returned by [`AsyncResource::scope_stream`] and [`in_async_resource`](crate::StreamExt::in_async_resource). It
    /// sends `before` and `after` around each `poll_next`, `resolve` when the stream ends with `None`, and `destroy`
    /// when it is dropped. What the stream owns is dropped inside the scope. A stream that is dropped before its end
    /// sends no `resolve`; one that is polled after its end sends no second one.
    ///
    /// ```
    /// use async_hooks_core::{ResourceStream, StreamExt as _};
    /// use futures::Stream;
    ///
    /// fn named<S: Stream>(stream: S) -> ResourceStream<S> {
    ///     stream.in_async_resource("rows")
    /// }
    /// assert_eq!(named(futures::stream::empty::<()>()).resource().kind(), "rows");
    /// ```
    #[derive(Debug)]
    #[must_use = "streams do nothing unless polled"]
    pub struct ResourceStream<S> {
        // `None` only once it was dropped inside the scope of the resource, or handed out by `into_inner`.
        #[pin]
        stream: Option<S>,
        resource: AsyncResource,
    }

    impl<S> PinnedDrop for ResourceStream<S> {
        fn drop(this: Pin<&mut Self>) {
            let mut this = this.project();
            if this.stream.is_some() {
                this.resource.run_silently(|| this.stream.set(None));
            }
        }
    }
}

impl<S> ResourceStream<S> {
    /// Returns the description of the resource that this stream is.
    ///
    /// ```
    /// use async_hooks_core::StreamExt as _;
    ///
    /// let rows = futures::stream::iter([1, 2]).in_async_resource("rows");
    /// assert_eq!(rows.resource().kind(), "rows");
    /// ```
    #[inline]
    pub fn resource(&self) -> Resource {
        self.resource.resource()
    }

    /// Returns the stream, and destroys the resource without `resolve`.
    ///
    /// ```
    /// use async_hooks_core::StreamExt as _;
    /// use futures::executor::block_on_stream;
    ///
    /// let rows = futures::stream::iter([1, 2]).in_async_resource("rows");
    /// assert!(block_on_stream(rows.into_inner()).eq([1, 2]));
    /// ```
    pub fn into_inner(mut self) -> S {
        let Some(stream) = self.stream.take() else { unreachable!("only `into_inner` and the drop take the stream") };
        stream
    }
}

impl<S: Stream> Stream for ResourceStream<S> {
    type Item = S::Item;

    #[inline]
    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<S::Item>> {
        let this = self.project();
        this.resource.poll_next(this.stream, cx)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.stream.as_ref().map_or((0, Some(0)), Stream::size_hint)
    }
}

impl<S: FusedStream> FusedStream for ResourceStream<S> {
    fn is_terminated(&self) -> bool {
        self.stream.as_ref().is_none_or(FusedStream::is_terminated)
    }
}
