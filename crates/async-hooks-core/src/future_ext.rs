//! The wrappers as methods of every future.

use std::future::Future;

use crate::context::snapshot::{Snapshot, SnapshotFuture};
use crate::resource::async_resource::AsyncResource;
use crate::resource::future::ResourceFuture;

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
    /// Use it for a piece of work inside a task that deserves a name of its own: a query, a timer, a step. In Node every
    /// promise is one.
    ///
    /// ```
    /// use async_hooks_core::{FutureExt as _, execution_async_id};
    /// # use std::{future::Future, pin::pin, task::{Context, Poll, Waker}};
    /// # fn block_on<F: Future>(future: F) -> F::Output {
    /// #     let Poll::Ready(output) = pin!(future).poll(&mut Context::from_waker(Waker::noop())) else { unreachable!() };
    /// #     output
    /// # }
    ///
    /// let query = async { execution_async_id() }.in_async_resource("query");
    /// let id = query.resource().async_id();
    /// assert_eq!(block_on(query), id);
    /// ```
    #[track_caller]
    fn in_async_resource(self, kind: &'static str) -> ResourceFuture<Self> {
        AsyncResource::new(kind).scope(self)
    }

    /// Polls this future with the values that every [`AsyncLocal`](crate::AsyncLocal) has at this call.
    ///
    /// Use it on the way into an executor that does not carry them, where the future need not be a resource.
    ///
    /// ```
    /// use async_hooks_core::{AsyncLocal, FutureExt as _};
    /// # use std::{future::Future, pin::pin, task::{Context, Poll, Waker}};
    /// # fn block_on<F: Future>(future: F) -> F::Output {
    /// #     let Poll::Ready(output) = pin!(future).poll(&mut Context::from_waker(Waker::noop())) else { unreachable!() };
    /// #     output
    /// # }
    ///
    /// static USER: AsyncLocal<&str> = AsyncLocal::new();
    ///
    /// let greet = USER.run("alice", || async { USER.get() }.in_current_snapshot());
    /// assert_eq!(block_on(greet).as_deref(), Some(&"alice"));
    /// ```
    fn in_current_snapshot(self) -> SnapshotFuture<Self> {
        Snapshot::current().scope(self)
    }
}

impl<F: Future> FutureExt for F {}
