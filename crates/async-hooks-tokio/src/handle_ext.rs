//! Tracked spawns on a runtime or a handle.

use std::future::Future;

use tokio::runtime::{Handle, Runtime};
use tokio::task::JoinHandle;

use crate::tracked;

/// Spawns tracked tasks on a given runtime, also from outside it.
///
/// The caller may be on a plain thread, in a callback, or in another runtime. Trigger and context are those of the call, as
/// everywhere; the runtime only runs the task.
///
/// # Examples
///
/// ```
/// use async_hooks_core::{AsyncId, AsyncLocal, trigger_async_id};
/// use async_hooks_tokio::HandleExt as _;
///
/// static USER: AsyncLocal<&str> = AsyncLocal::new();
///
/// # fn main() -> std::io::Result<()> {
/// let runtime = tokio::runtime::Builder::new_current_thread().build()?;
/// let task = USER.run("alice", || runtime.spawn_tracked(async { (trigger_async_id(), USER.get()) }));
/// let (trigger, user) = runtime.block_on(task)?;
/// assert_eq!(trigger, Some(AsyncId::ROOT));
/// assert_eq!(user.as_deref(), Some(&"alice"));
/// # Ok(())
/// # }
/// ```
pub trait HandleExt: sealed::Sealed {
    /// Spawns a task on this runtime, tracked like [`spawn`](crate::spawn).
    ///
    /// A runtime that has shut down drops the task at once: it sends `init`, then `destroy`.
    ///
    /// ```
    /// use async_hooks_core::execution_async_resource;
    /// use async_hooks_tokio::HandleExt as _;
    /// use tokio::runtime::Handle;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let task = Handle::current().spawn_tracked(async { execution_async_resource().kind() });
    /// assert_eq!(task.await.unwrap(), "tokio::task");
    /// # }
    /// ```
    #[track_caller]
    fn spawn_tracked<F>(&self, future: F) -> JoinHandle<F::Output>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static;

    /// Runs a closure on this runtime's blocking pool.
    ///
    /// It is tracked like [`spawn_blocking`](crate::spawn_blocking).
    ///
    /// ```
    /// use async_hooks_core::execution_async_resource;
    /// use async_hooks_tokio::HandleExt as _;
    /// use tokio::runtime::Handle;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let job = Handle::current().spawn_blocking_tracked(|| execution_async_resource().kind());
    /// assert_eq!(job.await.unwrap(), "tokio::blocking");
    /// # }
    /// ```
    #[track_caller]
    fn spawn_blocking_tracked<F, R>(&self, f: F) -> JoinHandle<R>
    where
        F: FnOnce() -> R + Send + 'static,
        R: Send + 'static;
}

impl HandleExt for Handle {
    fn spawn_tracked<F>(&self, future: F) -> JoinHandle<F::Output>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        let (task, _claim) = tracked::task(tracked::TASK, future);
        self.spawn(task)
    }

    fn spawn_blocking_tracked<F, R>(&self, f: F) -> JoinHandle<R>
    where
        F: FnOnce() -> R + Send + 'static,
        R: Send + 'static,
    {
        let (job, _claim) = tracked::blocking(tracked::BLOCKING, f);
        self.spawn_blocking(job)
    }
}

impl HandleExt for Runtime {
    fn spawn_tracked<F>(&self, future: F) -> JoinHandle<F::Output>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        self.handle().spawn_tracked(future)
    }

    fn spawn_blocking_tracked<F, R>(&self, f: F) -> JoinHandle<R>
    where
        F: FnOnce() -> R + Send + 'static,
        R: Send + 'static,
    {
        self.handle().spawn_blocking_tracked(f)
    }
}

mod sealed {
    pub trait Sealed {}

    impl Sealed for tokio::runtime::Handle {}

    impl Sealed for tokio::runtime::Runtime {}
}
