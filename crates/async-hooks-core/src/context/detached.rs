//! Work in which every `AsyncLocal` is unset.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use crate::context::detaching::Detaching;
use crate::context::snapshot::Snapshot;
use crate::context::snapshot_future::SnapshotFuture;

/// Calls a closure with every [`AsyncLocal`](crate::AsyncLocal) unset.
///
/// Use it around the start of work that outlives the request that starts it: the workers of a pool, the refresher of a
/// cache, a connection that other requests will use. Otherwise that work sees the values of the first request and keeps
/// them in memory. Resources that the closure creates inherit no values either. Locals with a default show it.
///
/// To spawn a detached task, write `detached(|| spawn(future))`: a task captures the context of its spawn. A future is
/// detached with [`FutureExt::detached`](crate::FutureExt::detached). A closure that returns a future does not detach that
/// future, since it is polled after the call.
///
/// The executing resource stays the same, and is the trigger of what the closure creates. So the report of a leak in a
/// pool can name the request that started it, and an id keeps nothing in memory.
/// [`AsyncResourceBuilder::trigger_async_id`](crate::AsyncResourceBuilder::trigger_async_id) sets another trigger.
///
/// What the closure creates may outlive the executing resource: tools that look for leaks do not call it an orphan, and leak tests do not
/// wait for it.
///
/// It runs the closure with [`Snapshot::empty`], whose [`bind`](Snapshot::bind) does the same for callbacks. Swift:
/// `Task.detached`. Node: `exit` unsets one store; no function unsets all.
///
/// # Panics
///
/// Panics if the closure panics; the values of the caller are restored first.
///
/// # Examples
///
/// ```
/// use async_hooks_core::{AsyncLocal, AsyncResource, detached};
///
/// static USER: AsyncLocal<&str> = AsyncLocal::new();
///
/// USER.run("alice", || {
///     let worker = detached(|| AsyncResource::new("worker"));
///     assert_eq!(worker.run_in_async_scope(|| USER.get()), None);
///     assert_eq!(USER.get().as_deref(), Some(&"alice"));
/// });
/// ```
#[inline]
pub fn detached<R>(f: impl FnOnce() -> R) -> R {
    let _detaching = Detaching::begin();
    Snapshot::empty().run(f)
}

pin_project! {
    /// A future in which every [`AsyncLocal`](crate::AsyncLocal) is unset.
    ///
    /// Returned by [`FutureExt::detached`](crate::FutureExt::detached). What the future sets itself stays with it over its
    /// polls. It is dropped without values, too.
    ///
    /// # Examples
    ///
    /// ```
    /// use async_hooks_core::{AsyncLocal, DetachedFuture, FutureExt as _};
    /// # use std::{future::Future, pin::pin, task::{Context, Poll, Waker}};
    /// # fn block_on<F: Future>(future: F) -> F::Output {
    /// #     let Poll::Ready(output) = pin!(future).poll(&mut Context::from_waker(Waker::noop())) else { unreachable!() };
    /// #     output
    /// # }
    ///
    /// static USER: AsyncLocal<&str> = AsyncLocal::new();
    ///
    /// fn in_background<F: Future>(work: F) -> DetachedFuture<F> {
    ///     work.detached()
    /// }
    /// assert_eq!(block_on(USER.scope("alice", in_background(async { USER.get() }))), None);
    /// ```
    #[derive(Debug)]
    #[must_use = "futures do nothing unless polled"]
    pub struct DetachedFuture<F> {
        #[pin]
        future: SnapshotFuture<F>,
    }
}

impl<F> DetachedFuture<F> {
    /// Returns the future, which then runs with the values of the code that polls it.
    ///
    /// What it has set itself in earlier polls is dropped.
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
    /// let work = async { USER.get() }.detached();
    /// assert_eq!(block_on(USER.scope("alice", work.into_inner())).as_deref(), Some(&"alice"));
    /// ```
    pub fn into_inner(self) -> F {
        self.future.into_inner()
    }
}

impl<F: Future> DetachedFuture<F> {
    pub(crate) fn new(future: F) -> Self {
        DetachedFuture { future: Snapshot::empty().scope(future) }
    }
}

impl<F: Future> Future for DetachedFuture<F> {
    type Output = F::Output;

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let _detaching = Detaching::begin();
        self.project().future.poll(cx)
    }
}
