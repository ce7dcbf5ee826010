//! Work that no `AsyncLocal` flows into.

use std::future::Future;

use crate::context::snapshot::{Snapshot, SnapshotFuture};

/// Runs a closure, or makes a future run, with every [`AsyncLocal`](crate::AsyncLocal) unset.
///
/// Use it for what outlives the request that happens to start it: the workers of a pool, a cache's refresher, a connection
/// that others will use. Otherwise the first request's values would be seen in there for ever, and be kept in memory. What is
/// spawned in there inherits nothing either; defaults show.
///
/// The closure is called at once and its result returned; the future becomes one that sets values aside at each poll, and
/// what it sets itself stays with it. To start a detached task write `detached(|| spawn(future))`: a task captures where it
/// is spawned, so in `spawn(detached(future))` the future would see no value, but its task would still hold them all. And to
/// detach the future that a closure returns, detach that future.
///
/// Ids go on: the executing resource stays what it is, and is the trigger of what is created in there. They are numbers and
/// keep nothing alive, and a report of a leak in a pool wants to know which request had it started. Where that is not wanted,
/// name another by [`trigger_async_id`](crate::AsyncResourceBuilder::trigger_async_id).
///
/// It is `Snapshot::`[`empty`](Snapshot::empty)`()`, whose `bind` does the same for callbacks. Swift: `Task.detached`; Node
/// has `exit` for one store, and nothing for all of them.
///
/// # Panics
///
/// Only if the closure does; the values are put back first.
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

/// What [`detached`] takes: a future, or a closure without arguments.
///
/// Nobody implements it and nobody calls it; it is there to be named in the bounds of a function that hands its argument on.
/// `K` says which of the two it is, and is found by the compiler.
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
    /// What comes of it: the future, detached, or what the closure returned.
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

/// Two blanket implementations would overlap; each with a marker of its own they do not, and for any one type the compiler
/// finds only one of them to hold.
mod sealed {
    pub trait Work<K> {}

    #[derive(Debug)]
    pub enum Future {}

    #[derive(Debug)]
    pub enum Closure {}

    impl<F: std::future::Future> Work<Future> for F {}

    impl<F: FnOnce() -> R, R> Work<Closure> for F {}
}
