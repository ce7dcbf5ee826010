//! How the value of one `AsyncLocal` crosses a spawn.

use std::fmt;

/// What a spawned task or job gets of an [`AsyncLocal`](crate::AsyncLocal): its spawner's value, nothing, or a value made
/// from it. Chosen by [`AsyncLocal::inherit`](crate::AsyncLocal::inherit).
///
/// It is asked where a task or job *of its own* begins: at `async_hooks::tokio::spawn`, `spawn_blocking`, `spawn_local`, in
/// a `JoinSet`, at every spawn on a runtime that tracks all its tasks, and at each resource that its maker calls
/// [`spawned`](crate::AsyncResourceBuilder::spawned). Everywhere else the same flow goes on with the same values: over an
/// `.await`, in [`in_async_resource`] and [`AsyncResource::new`], in what [`bind`](crate::bind) and a
/// [`Snapshot`](crate::Snapshot) bring back. So to give a line of code a resource of its own never changes what it sees.
///
/// | | the child of a spawner that has a value | that has exited | that has none |
/// |---|---|---|---|
/// | `Always` | the same value | exited | none, or the default |
/// | `Barrier` | none, or the default | none, or the default | none, or the default |
/// | `Fork` | what the function returns | exited | none, or the default |
///
/// Java: what [`InheritableThreadLocal.childValue`] returns; Go and Kotlin copy a context by hand instead.
///
/// [`in_async_resource`]: crate::FutureExt::in_async_resource
/// [`AsyncResource::new`]: crate::AsyncResource::new
/// [`InheritableThreadLocal.childValue`]: https://docs.oracle.com/javase/8/docs/api/java/lang/InheritableThreadLocal.html
///
/// # Examples
///
/// ```
/// use async_hooks_core::{AsyncLocal, AsyncResource, Inherit};
///
/// static DEPTH: AsyncLocal<u32> = AsyncLocal::new().inherit(Inherit::Fork(|depth| depth + 1));
/// static TRANSACTION: AsyncLocal<&str> = AsyncLocal::new().inherit(Inherit::Barrier);
///
/// let task = DEPTH.run(0_u32, || {
///     TRANSACTION.run("open", || AsyncResource::builder("task").spawned().build())
/// });
/// task.run_in_async_scope(|| {
///     assert_eq!(DEPTH.get().as_deref(), Some(&1));
///     assert_eq!(TRANSACTION.get(), None);
/// });
/// ```
#[derive(Default)]
#[non_exhaustive]
pub enum Inherit<T> {
    /// The child gets the very value its spawner has. The default, and free of cost.
    #[default]
    Always,
    /// The child starts as if the local had never been set. For what belongs to one task alone: an open transaction, a lock
    /// that is held, a buffer that its owner flushes.
    Barrier,
    /// The child gets what the function returns for its spawner's value. For what grows a branch with each task: a span of a
    /// trace, a share of a budget, a depth.
    ///
    /// The function runs once for each spawn, in the spawner's scope, before the child is created and with no lock held. It
    /// is not called for a default. Should it panic, the spawn goes on, the child starts as behind a `Barrier`, and one line
    /// on stderr says so, the first time. What the function itself spawns starts as behind a `Barrier` too, for otherwise it
    /// might call itself without end.
    Fork(fn(&T) -> T),
}

impl<T> Clone for Inherit<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Inherit<T> {}

impl<T> fmt::Debug for Inherit<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Inherit::Always => "Always",
            Inherit::Barrier => "Barrier",
            Inherit::Fork(_) => "Fork",
        })
    }
}
