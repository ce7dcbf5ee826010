//! The spawn functions: tokio's, with a resource around what they spawn.

use std::future::Future;

use tokio::task::JoinHandle;

use crate::tracked;

/// Spawns a task that is an async resource of kind `"tokio::task"`: `tokio::spawn`, tracked.
///
/// Use it wherever `tokio::spawn` stands in your own code. Trigger and context are those of this call: the task knows who
/// spawned it, and sees every [`AsyncLocal`](async_hooks_core::AsyncLocal) as it was here, on whichever worker it runs.
/// What it enters with [`enter_with`](async_hooks_core::AsyncLocal::enter_with) stays with it over its awaits, reaches what
/// it spawns later, and nobody else. The task's result is what it would be without.
///
/// Node has no tasks; its nearest is a promise, which is a resource of type `PROMISE`.
///
/// # Panics
///
/// Outside of a tokio runtime, as `tokio::spawn` does.
///
/// # Examples
///
/// ```
/// use async_hooks_core::{execution_async_id, trigger_async_id};
/// use async_hooks_tokio::spawn;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let spawner = execution_async_id();
/// let (id, trigger) = spawn(async { (execution_async_id(), trigger_async_id()) }).await.unwrap();
/// assert_ne!(id, spawner);
/// assert_eq!(trigger, Some(spawner));
/// # }
/// ```
#[track_caller]
pub fn spawn<F>(future: F) -> JoinHandle<F::Output>
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    let (task, _claim) = tracked::task(future);
    tokio::spawn(task)
}

/// Runs a closure on the blocking pool as an async resource of kind `"tokio::blocking"`: `tokio::task::spawn_blocking`,
/// tracked.
///
/// Use it for work that blocks, where that work should know on whose behalf it runs: its log lines, its own spawns. It is a
/// callback and not a future, so it sends `before` and `after` once and no `resolve`; a job that is aborted, or the runtime
/// shut down, before a thread took it up sends `destroy` alone. Its `enter_with` ends with it.
///
/// Node: the work that it hands to its own thread pool, such as `FSREQCALLBACK`.
///
/// # Panics
///
/// Outside of a tokio runtime, as `tokio::task::spawn_blocking` does.
///
/// # Examples
///
/// ```
/// use async_hooks_core::{AsyncLocal, execution_async_resource};
/// use async_hooks_tokio::spawn_blocking;
///
/// static USER: AsyncLocal<&str> = AsyncLocal::new();
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let job = USER.run("alice", || spawn_blocking(|| (execution_async_resource().kind(), USER.get())));
/// let (kind, user) = job.await.unwrap();
/// assert_eq!(kind, "tokio::blocking");
/// assert_eq!(user.as_deref(), Some(&"alice"));
/// # }
/// ```
#[track_caller]
pub fn spawn_blocking<F, R>(f: F) -> JoinHandle<R>
where
    F: FnOnce() -> R + Send + 'static,
    R: Send + 'static,
{
    let (job, _claim) = tracked::blocking(f);
    tokio::task::spawn_blocking(job)
}

/// Spawns a task that stays on this thread and need not be `Send`: `tokio::task::spawn_local`, tracked.
///
/// As [`spawn`] in all else. Where the `LocalSet` is at hand but not running,
/// [`spawn_local_tracked`](crate::LocalSetExt::spawn_local_tracked) spawns on it.
///
/// # Panics
///
/// Outside of a `LocalSet` and of a `LocalRuntime`, as `tokio::task::spawn_local` does.
///
/// # Examples
///
/// ```
/// use std::rc::Rc;
/// use async_hooks_core::execution_async_resource;
/// use async_hooks_tokio::spawn_local;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let local = tokio::task::LocalSet::new();
/// let kind = local.run_until(async {
///     let not_send = Rc::new(());
///     let task = spawn_local(async move {
///         let _stays_here = not_send;
///         execution_async_resource().kind()
///     });
///     task.await.unwrap()
/// });
/// assert_eq!(kind.await, "tokio::task");
/// # }
/// ```
#[track_caller]
pub fn spawn_local<F>(future: F) -> JoinHandle<F::Output>
where
    F: Future + 'static,
    F::Output: 'static,
{
    let (task, _claim) = tracked::task(future);
    tokio::task::spawn_local(task)
}
