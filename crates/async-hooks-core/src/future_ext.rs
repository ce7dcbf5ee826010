//! The wrappers of this crate, as methods of every future.

use std::future::Future;

use crate::context::detached::DetachedFuture;
use crate::context::snapshot::Snapshot;
use crate::context::snapshot_future::SnapshotFuture;
use crate::resource::async_resource::AsyncResource;
use crate::resource::future::ResourceFuture;

/// Makes any future a resource, or gives it the current context or none.
///
/// It works on any executor.
///
/// Import it to call these wrappers as methods: `use async_hooks::FutureExt as _;`. The trait is sealed: every future
/// implements it, and nothing else can.
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
pub trait FutureExt: Future + Sized + sealed::Sealed {
    /// Turns this future into a resource of its own, which this call creates.
    ///
    /// Use it for a part of a task that needs a name of its own: a query, a timer, a step. Its trigger is the resource
    /// that executes the call, and it captures the context of the call. In Node every promise is such a resource.
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

    /// Polls this future with the values that every [`AsyncLocal`](crate::AsyncLocal) has now.
    ///
    /// Use it to spawn on an executor that does not carry the context, if the future need not be a resource.
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

    /// Polls this future with every [`AsyncLocal`](crate::AsyncLocal) unset.
    ///
    /// Use it for work that must not see the values of the code that starts it, and must not keep them in memory. What the
    /// future sets itself stays with it over its polls. The executing resource stays the same.
    ///
    /// To spawn a detached task, write [`detached(|| spawn(future))`](crate::detached), because a task captures the context
    /// of its spawn. In `spawn(future.detached())` the future sees no values, but its task keeps them in memory.
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
    /// let user = block_on(USER.scope("alice", async { async { USER.get() }.detached().await }));
    /// assert_eq!(user, None);
    /// ```
    fn detached(self) -> DetachedFuture<Self> {
        DetachedFuture::new(self)
    }
}

impl<F: Future> FutureExt for F {}

mod sealed {
    pub trait Sealed {}

    impl<F: std::future::Future> Sealed for F {}
}
