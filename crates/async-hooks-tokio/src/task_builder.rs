//! Spawns with a kind of their own.

use std::future::Future;

use tokio::runtime::Handle;
use tokio::task::JoinHandle;

use crate::tracked;

/// Starts to spawn a task with a kind of its own, which every hook and report shows.
///
/// Use it for tasks that a report should tell apart: the accept loop, the writer of a connection, the refresher of a
/// cache. [`spawn`](crate::spawn) gives every task the kind `"tokio::task"`. Tools group by kind, so use few kinds.
///
/// Node: the `type` of an `AsyncResource`.
///
/// # Examples
///
/// ```
/// use async_hooks_core::execution_async_resource;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let refresher = async_hooks_tokio::task("cache::refresher").spawn(async { execution_async_resource().kind() });
/// assert_eq!(refresher.await.unwrap(), "cache::refresher");
/// # }
/// ```
pub const fn task(kind: &'static str) -> TaskBuilder {
    TaskBuilder { kind }
}

/// Spawns tasks and blocking jobs of one kind. Returned by [`task`].
///
/// It is a `Copy`: keep it to spawn many tasks of the kind.
///
/// # Examples
///
/// ```
/// use async_hooks_core::execution_async_resource;
/// use async_hooks_tokio::{TaskBuilder, task};
///
/// const WORKER: TaskBuilder = task("worker");
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let kind = || execution_async_resource().kind();
/// assert_eq!(WORKER.spawn(async move { kind() }).await.unwrap(), "worker");
/// assert_eq!(WORKER.spawn_blocking(kind).await.unwrap(), "worker");
/// # }
/// ```
#[derive(Clone, Copy, Debug)]
#[must_use = "a method of it spawns"]
pub struct TaskBuilder {
    kind: &'static str,
}

impl TaskBuilder {
    /// Spawns a task of this kind, tracked like [`spawn`](crate::spawn).
    ///
    /// # Panics
    ///
    /// Panics outside a tokio runtime, as `tokio::spawn` does.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// assert_eq!(async_hooks_tokio::task("worker").spawn(async { 7 }).await.unwrap(), 7);
    /// # }
    /// ```
    #[track_caller]
    pub fn spawn<F>(self, future: F) -> JoinHandle<F::Output>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        let (task, _claim) = tracked::task(self.kind, future);
        tokio::spawn(task)
    }

    /// Runs a closure of this kind on the blocking pool.
    ///
    /// Tracked like [`spawn_blocking`](crate::spawn_blocking).
    ///
    /// A watchdog for polls that block their thread knows blocking jobs by the kind `"tokio::blocking"`. Tell it that
    /// jobs of your kind may block too: `BlockedPolls::builder().ignore_kind("render")`.
    ///
    /// # Panics
    ///
    /// Panics outside a tokio runtime, as `tokio::task::spawn_blocking` does.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// assert_eq!(async_hooks_tokio::task("render").spawn_blocking(|| 7).await.unwrap(), 7);
    /// # }
    /// ```
    #[track_caller]
    pub fn spawn_blocking<F, R>(self, f: F) -> JoinHandle<R>
    where
        F: FnOnce() -> R + Send + 'static,
        R: Send + 'static,
    {
        let (job, _claim) = tracked::blocking(self.kind, f);
        tokio::task::spawn_blocking(job)
    }

    /// Spawns a task of this kind that need not be `Send`.
    ///
    /// Tracked like [`spawn_local`](crate::spawn_local).
    ///
    /// # Panics
    ///
    /// Panics outside a `LocalSet` or `LocalRuntime`, as `tokio::task::spawn_local` does.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::rc::Rc;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let local = tokio::task::LocalSet::new();
    /// let not_send = Rc::new(7);
    /// let task = local.run_until(async { async_hooks_tokio::task("worker").spawn_local(async move { *not_send }).await });
    /// assert_eq!(task.await.unwrap(), 7);
    /// # }
    /// ```
    #[track_caller]
    pub fn spawn_local<F>(self, future: F) -> JoinHandle<F::Output>
    where
        F: Future + 'static,
        F::Output: 'static,
    {
        let (task, _claim) = tracked::task(self.kind, future);
        tokio::task::spawn_local(task)
    }

    /// Spawns a task of this kind on a given runtime, tracked like
    /// [`spawn_tracked`](crate::HandleExt::spawn_tracked).
    ///
    /// The caller may be on any thread, inside a runtime or not.
    ///
    /// ```
    /// # fn main() -> std::io::Result<()> {
    /// let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    /// let task = async_hooks_tokio::task("worker").spawn_on(async { 7 }, runtime.handle());
    /// assert_eq!(runtime.block_on(task)?, 7);
    /// # Ok(())
    /// # }
    /// ```
    #[track_caller]
    pub fn spawn_on<F>(self, future: F, handle: &Handle) -> JoinHandle<F::Output>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        let (task, _claim) = tracked::task(self.kind, future);
        handle.spawn(task)
    }
}
