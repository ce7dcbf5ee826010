//! Tracked spawns for whoever holds a place for tasks that are not `Send`.

use std::future::Future;

use tokio::runtime::LocalRuntime;
use tokio::task::{JoinHandle, LocalSet};

use crate::tracked;

/// Spawns tracked tasks on a `LocalSet` or `LocalRuntime` that one holds, running or not.
///
/// # Examples
///
/// ```
/// use async_hooks_core::AsyncLocal;
/// use async_hooks_tokio::LocalSetExt as _;
///
/// static USER: AsyncLocal<&str> = AsyncLocal::new();
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let local = tokio::task::LocalSet::new();
/// let task = USER.run("alice", || local.spawn_local_tracked(async { USER.get() }));
/// // The set runs from here on; the task's context is that of its spawn.
/// let user = local.run_until(task).await.unwrap();
/// assert_eq!(user.as_deref(), Some(&"alice"));
/// # }
/// ```
pub trait LocalSetExt {
    /// Spawns a task that is an async resource of kind `"tokio::task"`: tokio's `spawn_local`, tracked as by
    /// [`spawn_local`](crate::spawn_local).
    ///
    /// Its `init` is sent by this call; it is polled when the set is run.
    ///
    /// ```
    /// use async_hooks_core::execution_async_resource;
    /// use async_hooks_tokio::LocalSetExt as _;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let local = tokio::task::LocalSet::new();
    /// let task = local.spawn_local_tracked(async { execution_async_resource().kind() });
    /// assert_eq!(local.run_until(task).await.unwrap(), "tokio::task");
    /// # }
    /// ```
    #[track_caller]
    fn spawn_local_tracked<F>(&self, future: F) -> JoinHandle<F::Output>
    where
        F: Future + 'static,
        F::Output: 'static;
}

impl LocalSetExt for LocalSet {
    fn spawn_local_tracked<F>(&self, future: F) -> JoinHandle<F::Output>
    where
        F: Future + 'static,
        F::Output: 'static,
    {
        let (task, _claim) = tracked::task(future);
        self.spawn_local(task)
    }
}

impl LocalSetExt for LocalRuntime {
    fn spawn_local_tracked<F>(&self, future: F) -> JoinHandle<F::Output>
    where
        F: Future + 'static,
        F::Output: 'static,
    {
        let (task, _claim) = tracked::task(future);
        self.spawn_local(task)
    }
}
