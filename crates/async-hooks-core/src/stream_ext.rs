//! The wrappers of this crate, as methods of every stream.

use futures_core::Stream;

use crate::context::snapshot::Snapshot;
use crate::context::snapshot_stream::SnapshotStream;
use crate::resource::async_resource::AsyncResource;
use crate::resource::stream::ResourceStream;

/// Turns any stream into a resource, or gives it the current context.
///
/// Import it to call these wrappers as methods: `use async_hooks::StreamExt as _;`. Needs the feature `stream`. For
/// futures, [`FutureExt`](crate::FutureExt) has the same methods.
///
/// # Examples
///
/// ```
/// use async_hooks_core::{StreamExt as _, execution_async_resource};
/// use futures::executor::block_on_stream;
///
/// let rows = futures::stream::once(async { execution_async_resource().kind() }).in_async_resource("rows");
/// assert!(block_on_stream(Box::pin(rows)).eq(["rows"]));
/// ```
pub trait StreamExt: Stream + Sized + sealed::Sealed {
    /// Turns this stream into a resource of its own, which this call creates.
    ///
    /// Use it for the body of a response, a subscription, or the rows of a query. Its trigger is the resource that
    /// executes the call, and it captures the context of the call. [`ResourceStream`] describes its events.
    ///
    /// ```
    /// use async_hooks_core::{StreamExt as _, execution_async_id};
    /// use futures::executor::block_on_stream;
    ///
    /// let rows = futures::stream::once(async { execution_async_id() }).in_async_resource("rows");
    /// let id = rows.resource().async_id();
    /// assert!(block_on_stream(Box::pin(rows)).eq([id]));
    /// ```
    #[track_caller]
    fn in_async_resource(self, kind: &'static str) -> ResourceStream<Self> {
        AsyncResource::new(kind).scope_stream(self)
    }

    /// Polls this stream with the values that every [`AsyncLocal`](crate::AsyncLocal) has now.
    ///
    /// Use it for a stream that other code polls later and elsewhere, if the stream need not be a resource.
    ///
    /// ```
    /// use async_hooks_core::{AsyncLocal, StreamExt as _};
    /// use futures::executor::block_on_stream;
    ///
    /// static USER: AsyncLocal<&str> = AsyncLocal::new();
    ///
    /// let body = || futures::stream::once(async { *USER.get().unwrap() }).in_current_snapshot();
    /// assert!(block_on_stream(Box::pin(USER.run("alice", body))).eq(["alice"]));
    /// ```
    fn in_current_snapshot(self) -> SnapshotStream<Self> {
        Snapshot::current().scope_stream(self)
    }
}

impl<S: Stream> StreamExt for S {}

mod sealed {
    pub trait Sealed {}

    impl<S: futures_core::Stream> Sealed for S {}
}
