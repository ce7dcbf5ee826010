//! The policies by which a spawned task inherits an `AsyncLocal`.

use std::fmt;

/// What a spawned task or job inherits of an [`AsyncLocal`](crate::AsyncLocal).
///
/// The child gets its spawner's value, no value, or a value made from it.
/// [`AsyncLocal::inherit`](crate::AsyncLocal::inherit) chooses the policy.
///
/// A policy applies where a task or job of its own begins: at `async_hooks::tokio::spawn`, `spawn_blocking` and
/// `spawn_local`, in a `JoinSet`, at every spawn on a runtime that tracks all its tasks, and in a resource that is
/// built as [`spawned`](crate::AsyncResourceBuilder::spawned). Everywhere else the flow continues with the same values:
/// over an `.await`, in [`in_async_resource`] and [`AsyncResource::new`], in callbacks of [`bind`](crate::bind) and in
/// a [`Snapshot`](crate::Snapshot). So a resource around a line of code never changes the values that the line sees.
///
/// | policy | the spawner has a value | has exited | has no value |
/// |---|---|---|---|
/// | `Always` | the child gets the same value | exited | none, or the default |
/// | `Barrier` | none, or the default | none, or the default | none, or the default |
/// | `Fork` | the result of the function | exited | none, or the default |
///
/// Java: the result of [`InheritableThreadLocal.childValue`]. In Go and Kotlin, programs copy a context by hand.
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
    /// The child gets the value of its spawner.
    ///
    /// This is the default. It costs nothing.
    #[default]
    Always,
    /// The child starts as if the local had never been set.
    ///
    /// Use it for values that belong to one task: an open transaction, a held lock, a buffer that its owner flushes.
    Barrier,
    /// The child gets the result of the function for its spawner's value.
    ///
    /// Use it for values that branch with each task: a span of a trace, a share of a budget, a depth.
    ///
    /// The function runs once for each spawn, in the spawner's scope, before the child is created and with no lock
    /// held. It does not run for a default. If it panics, the spawn continues, the child starts as with `Barrier`, and
    /// the first panic is reported in one line on stderr. A task that the function itself spawns starts as with
    /// `Barrier` too: otherwise the function could call itself without end.
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
