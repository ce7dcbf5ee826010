//! A stream that has one `AsyncLocal` set in all its polls.

use std::mem;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::{FusedStream, Stream};
use pin_project_lite::pin_project;

use crate::local::into_value::IntoValue;
use crate::local::local::AsyncLocal;
use crate::local::scoped::ScopedLocal;

impl<T: Send + Sync + 'static> AsyncLocal<T> {
    /// Returns a stream that has the local set to `value` in all its polls.
    ///
    /// Use it around the body of a response, or a subscription, whose items are produced for one user. The code that
    /// receives an item does not see the value.
    ///
    /// ```
    /// use async_hooks_core::AsyncLocal;
    /// use futures::executor::block_on_stream;
    ///
    /// static USER: AsyncLocal<&str> = AsyncLocal::new();
    ///
    /// let body = USER.scope_stream("alice", futures::stream::once(async { *USER.get().unwrap() }));
    /// assert!(block_on_stream(Box::pin(body)).eq(["alice"]));
    /// ```
    #[inline]
    pub fn scope_stream<S: Stream, By>(&self, value: impl IntoValue<T, By>, stream: S) -> AsyncLocalStream<S> {
        AsyncLocalStream { stream: Some(stream), scoped: ScopedLocal::new(self.key_to_set(), Some(value.into_value())) }
    }
}

pin_project! {
    /// A stream that has one [`AsyncLocal`] set in all its polls.
    ///
    /// Returned by [`AsyncLocal::scope_stream`]. What the stream sets with
    /// [`enter_with`](crate::AsyncLocal::enter_with) stays with the stream over its items. Unlike the future of
    /// [`AsyncLocal::scope`], a stream hands over nothing when it is done: the code that receives the items is no
    /// continuation of the code that produces them.
    ///
    /// ```
    /// use async_hooks_core::AsyncLocal;
    /// use futures::executor::block_on_stream;
    ///
    /// static USER: AsyncLocal<&str> = AsyncLocal::new();
    /// static TENANT: AsyncLocal<&str> = AsyncLocal::new();
    ///
    /// let body = USER.scope_stream("alice", futures::stream::once(async { TENANT.enter_with("acme") }));
    /// assert_eq!(block_on_stream(Box::pin(body)).count(), 1);
    /// assert_eq!(TENANT.get(), None);
    /// ```
    #[derive(Debug)]
    #[must_use = "streams do nothing unless polled"]
    pub struct AsyncLocalStream<S> {
        // `None` only once `into_inner` has taken it.
        #[pin]
        stream: Option<S>,
        scoped: ScopedLocal,
    }

    impl<S> PinnedDrop for AsyncLocalStream<S> {
        fn drop(this: Pin<&mut Self>) {
            let mut this = this.project();
            if mem::needs_drop::<S>() && this.stream.is_some() {
                this.scoped.run_last(|| this.stream.set(None));
            }
        }
    }
}

impl<S> AsyncLocalStream<S> {
    /// Returns the stream, without the value.
    ///
    /// ```
    /// use async_hooks_core::AsyncLocal;
    /// use futures::executor::block_on_stream;
    ///
    /// static USER: AsyncLocal<&str> = AsyncLocal::new();
    ///
    /// let body = USER.scope_stream("alice", futures::stream::once(async { USER.get() }));
    /// assert!(block_on_stream(Box::pin(body.into_inner())).eq([None]));
    /// ```
    pub fn into_inner(mut self) -> S {
        let Some(stream) = self.stream.take() else { unreachable!("only `into_inner` takes the stream") };
        stream
    }
}

impl<S: Stream> Stream for AsyncLocalStream<S> {
    type Item = S::Item;

    #[inline]
    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<S::Item>> {
        let this = self.project();
        let Some(stream) = this.stream.as_pin_mut() else { return Poll::Ready(None) };
        let _entered = this.scoped.enter();
        stream.poll_next(cx)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.stream.as_ref().map_or((0, Some(0)), Stream::size_hint)
    }
}

impl<S: FusedStream> FusedStream for AsyncLocalStream<S> {
    fn is_terminated(&self) -> bool {
        self.stream.as_ref().is_none_or(FusedStream::is_terminated)
    }
}
