//! The wrappers as methods of every future.

use std::future::Future;

use crate::async_resource::AsyncResource;
use crate::resource_future::ResourceFuture;
use crate::snapshot::{Snapshot, SnapshotFuture};

/// Tracks any future, on any executor.
///
/// # Examples
///
/// ```
/// use async_hooks_core::{FutureExt as _, execution_async_resource};
/// # use std::{future::Future, pin::pin, task::{Context, Poll, Waker}};
/// # fn block_on<F: Future>(future: F) -> F::Output {
/// #     let Poll::Ready(output) = pin!(future).poll(&mut Context::from_waker(Waker::noop())) else { unreachable!() };
/// #     output
/// # }
///
/// let kind = block_on(async { execution_async_resource().kind() }.in_async_resource("query"));
/// assert_eq!(kind, "query");
/// ```
pub trait FutureExt: Future + Sized {
    /// Makes this future a resource of its own, created at this call: trigger and context are those of this line.
    ///
    /// In Node every promise is one.
    #[track_caller]
    fn in_async_resource(self, kind: &'static str) -> ResourceFuture<Self> {
        AsyncResource::new(kind).scope(self)
    }

    /// Polls this future with the values that every [`AsyncLocal`](crate::AsyncLocal) has at this call.
    fn in_current_snapshot(self) -> SnapshotFuture<Self> {
        Snapshot::current().scope(self)
    }
}

impl<F: Future> FutureExt for F {}
