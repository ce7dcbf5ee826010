//! A stream that is polled with the values of a snapshot.

use std::mem;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::{FusedStream, Stream};
use pin_project_lite::pin_project;

use crate::context::snapshot::{Exchange, Snapshot};

impl Snapshot {
    /// Returns a stream that is polled with the captured values.
    ///
    /// Use it for a stream that other code polls later and elsewhere, such as the body of a response. What the stream
    /// sets with [`enter_with`](crate::AsyncLocal::enter_with) stays with the stream over its items, and never reaches
    /// the code that polls it. The code that receives an item does not have the captured values.
    ///
    /// ```
    /// use async_hooks_core::{AsyncLocal, Snapshot};
    /// use futures::executor::block_on_stream;
    ///
    /// static USER: AsyncLocal<&str> = AsyncLocal::new();
    ///
    /// let snapshot = USER.run("alice", Snapshot::current);
    /// let body = snapshot.scope_stream(futures::stream::once(async { *USER.get().unwrap() }));
    /// assert!(block_on_stream(Box::pin(body)).eq(["alice"]));
    /// ```
    pub fn scope_stream<S: Stream>(&self, stream: S) -> SnapshotStream<S> {
        SnapshotStream { stream: Some(stream), exchange: self.exchange() }
    }
}

pin_project! {
    /// A stream that is polled, and dropped, with the values of a [`Snapshot`].
    ///
    /// Returned by [`Snapshot::scope_stream`] and [`in_current_snapshot`](crate::StreamExt::in_current_snapshot).
    ///
    /// ```
    /// use async_hooks_core::{AsyncLocal, SnapshotStream, StreamExt as _};
    /// use futures::{executor::block_on_stream, Stream};
    ///
    /// static USER: AsyncLocal<&str> = AsyncLocal::new();
    ///
    /// fn body() -> SnapshotStream<impl Stream<Item = &'static str>> {
    ///     futures::stream::once(async { *USER.get().unwrap() }).in_current_snapshot()
    /// }
    /// assert!(block_on_stream(Box::pin(USER.run("alice", body))).eq(["alice"]));
    /// ```
    #[derive(Debug)]
    #[must_use = "streams do nothing unless polled"]
    pub struct SnapshotStream<S> {
        // `None` only once it was dropped with the captured values, or taken by `into_inner`.
        #[pin]
        stream: Option<S>,
        exchange: Exchange,
    }

    impl<S> PinnedDrop for SnapshotStream<S> {
        fn drop(this: Pin<&mut Self>) {
            let mut this = this.project();
            if mem::needs_drop::<S>() && this.stream.is_some() {
                this.exchange.run(|| this.stream.set(None));
            }
        }
    }
}

impl<S> SnapshotStream<S> {
    /// Returns the stream, without the captured values.
    ///
    /// ```
    /// use async_hooks_core::StreamExt as _;
    /// use futures::executor::block_on_stream;
    ///
    /// let body = futures::stream::iter([1, 2]).in_current_snapshot();
    /// assert!(block_on_stream(body.into_inner()).eq([1, 2]));
    /// ```
    pub fn into_inner(mut self) -> S {
        let Some(stream) = self.stream.take() else { unreachable!("only `into_inner` takes the stream") };
        stream
    }
}

impl<S: Stream> Stream for SnapshotStream<S> {
    type Item = S::Item;

    #[inline]
    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<S::Item>> {
        let this = self.project();
        let Some(stream) = this.stream.as_pin_mut() else { return Poll::Ready(None) };
        this.exchange.run(|| stream.poll_next(cx))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.stream.as_ref().map_or((0, Some(0)), Stream::size_hint)
    }
}

impl<S: FusedStream> FusedStream for SnapshotStream<S> {
    fn is_terminated(&self) -> bool {
        self.stream.as_ref().is_none_or(FusedStream::is_terminated)
    }
}
