//! Work in which every `AsyncLocal` is unset.

use std::future::Future;

use crate::context::snapshot::{Snapshot, SnapshotFuture};

/// Runs a closure, or polls a future, with every [`AsyncLocal`](crate::AsyncLocal) unset.
///
/// Use it for work that outlives the request that starts it: the workers of a pool, the refresher of a cache, a
/// connection that other requests will use. Otherwise that work sees the values of the first request and keeps them in
/// memory. Resources that the work creates inherit no values either. Locals with a default show it.
///
/// `detached` calls a closure at once and returns its result. It wraps a future, which is then polled without values;
/// what the future sets itself stays with it over its polls.
///
/// To spawn a detached task, write `detached(|| spawn(future))`, because a task captures the context of its spawn. In
/// `spawn(detached(future))` the future sees no values, but its task keeps them in memory. A closure that returns a
/// future does not detach that future: call `detached` with the future itself.
///
/// The executing resource stays the same, and is the trigger of what the work creates. So the report of a leak in a
/// pool can name the request that started it, and an id keeps nothing in memory.
/// [`AsyncResourceBuilder::trigger_async_id`](crate::AsyncResourceBuilder::trigger_async_id) sets another trigger.
///
/// It runs the work with [`Snapshot::empty`], whose [`bind`](Snapshot::bind) does the same for callbacks. Swift:
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
/// # use std::{future::Future, pin::pin, task::{Context, Poll, Waker}};
/// # fn block_on<F: Future>(future: F) -> F::Output {
/// #     let Poll::Ready(output) = pin!(future).poll(&mut Context::from_waker(Waker::noop())) else { unreachable!() };
/// #     output
/// # }
///
/// static USER: AsyncLocal<&str> = AsyncLocal::new();
///
/// USER.run("alice", || {
///     let worker = detached(|| AsyncResource::new("worker"));
///     assert_eq!(worker.run_in_async_scope(|| USER.get()), None);
///     assert_eq!(block_on(detached(async { USER.get() })), None);
///     assert_eq!(USER.get().as_deref(), Some(&"alice"));
/// });
/// ```
#[inline]
pub fn detached<W, K>(work: W) -> W::Detached
where
    W: Detach<K>,
{
    work.detach()
}

/// The argument of [`detached`]: a future, or a closure without arguments.
///
/// Name it in the bounds of a function that passes its argument on to `detached`. The trait is sealed. `K` says which
/// of the two the type is, and the compiler infers it.
///
/// ```
/// use async_hooks_core::{Detach, detached};
///
/// fn in_background<W: Detach<K>, K>(work: W) -> W::Detached {
///     detached(work)
/// }
/// assert_eq!(in_background(|| 7), 7);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` can not be detached: it is neither a future nor a closure without arguments",
    label = "neither a future nor a closure without arguments",
    note = "write `detached(async {{ … }})` or `detached(|| …)`"
)]
pub trait Detach<K>: sealed::Work<K> {
    /// The result: the wrapped future, or the value that the closure returns.
    type Detached;

    #[doc(hidden)]
    fn detach(self) -> Self::Detached;
}

impl<F: Future> Detach<sealed::Future> for F {
    type Detached = SnapshotFuture<F>;

    #[inline]
    fn detach(self) -> SnapshotFuture<F> {
        Snapshot::empty().scope(self)
    }
}

impl<F: FnOnce() -> R, R> Detach<sealed::Closure> for F {
    type Detached = R;

    #[inline]
    fn detach(self) -> R {
        Snapshot::empty().run(self)
    }
}

/// Two blanket implementations of one trait would overlap. With a marker they implement two different traits, and for
/// every type the compiler finds only one of them that holds.
mod sealed {
    pub trait Work<K> {}

    #[derive(Debug)]
    pub enum Future {}

    #[derive(Debug)]
    pub enum Closure {}

    impl<F: std::future::Future> Work<Future> for F {}

    impl<F: FnOnce() -> R, R> Work<Closure> for F {}
}
