//! The spawn functions: those of tokio, with a resource around what they spawn.

use std::future::Future;

use tokio::task::JoinHandle;

use crate::tracked;

/// Spawns a task that is an async resource: `tokio::spawn`, tracked.
///
/// Use it in place of `tokio::spawn` in your own code. The kind is `"tokio::task"`. The trigger is the resource that executes
/// this call, and the task has the values that every [`AsyncLocal`](async_hooks_core::AsyncLocal) has here, on any worker.
/// A value that the task sets with [`enter_with`](async_hooks_core::AsyncLocal::enter_with) stays with the task over its
/// awaits, and reaches only what the task spawns afterwards. The result of the task does not change.
///
/// Node has no tasks. The nearest is a promise, which is a resource of type `PROMISE`.
///
/// # Panics
///
/// Panics outside a tokio runtime, as `tokio::spawn` does.
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
    let (task, _claim) = tracked::task(tracked::TASK, future);
    tokio::spawn(task)
}

/// Runs a closure on the blocking pool as an async resource: `spawn_blocking`, tracked.
///
/// Use it for work that blocks and whose log lines and spawns belong to a request. The kind is `"tokio::blocking"`. The job is a
/// callback and not a future: it sends `before` and `after` once, and no `resolve`. If it is aborted, or the runtime shuts
/// down, before a thread runs it, it sends `destroy` only. What it sets with `enter_with` ends with it.
///
/// Node: the work in its own thread pool, such as `FSREQCALLBACK`.
///
/// # Panics
///
/// Panics outside a tokio runtime, as `tokio::task::spawn_blocking` does.
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
    let (job, _claim) = tracked::blocking(tracked::BLOCKING, f);
    tokio::task::spawn_blocking(job)
}

/// Spawns a task that need not be `Send` on this thread: tokio's `spawn_local`, tracked.
///
/// It is otherwise like [`spawn`]. [`spawn_local_tracked`](crate::LocalSetExt::spawn_local_tracked) spawns on a `LocalSet`
/// that does not run yet.
///
/// # Panics
///
/// Panics outside a `LocalSet` or `LocalRuntime`, as `tokio::task::spawn_local` does.
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
    let (task, _claim) = tracked::task(tracked::TASK, future);
    tokio::task::spawn_local(task)
}
