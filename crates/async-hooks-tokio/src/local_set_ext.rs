//! Tracked spawns of tasks that are not `Send`, on a `LocalSet` or `LocalRuntime`.

use std::future::Future;

use tokio::runtime::LocalRuntime;
use tokio::task::{JoinHandle, LocalSet};

use crate::tracked;

/// Spawns tracked tasks on a given `LocalSet` or `LocalRuntime`, running or not.
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
/// // The set runs here; the context of the task is that of its spawn.
/// let user = local.run_until(task).await.unwrap();
/// assert_eq!(user.as_deref(), Some(&"alice"));
/// # }
/// ```
pub trait LocalSetExt: sealed::Sealed {
    /// Spawns a task on this set, tracked like [`spawn_local`](crate::spawn_local).
    ///
    /// This call sends `init`. The task is polled when the set runs.
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
        let (task, _claim) = tracked::task(tracked::TASK, future);
        self.spawn_local(task)
    }
}

impl LocalSetExt for LocalRuntime {
    fn spawn_local_tracked<F>(&self, future: F) -> JoinHandle<F::Output>
    where
        F: Future + 'static,
        F::Output: 'static,
    {
        let (task, _claim) = tracked::task(tracked::TASK, future);
        self.spawn_local(task)
    }
}

mod sealed {
    pub trait Sealed {}

    impl Sealed for tokio::task::LocalSet {}

    impl Sealed for tokio::runtime::LocalRuntime {}
}
