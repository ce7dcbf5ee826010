//! An executor for hyper whose tasks are async resources.

use std::future::Future;

use async_hooks_core::detached;
use async_hooks_tokio::{TaskBuilder, task};
use hyper::rt::Executor;

/// An executor for hyper whose tasks are async resources, of kind `"hyper::task"`.
///
/// Use it in place of `hyper_util::rt::TokioExecutor`. hyper spawns a task for each stream of an HTTP/2 connection, and
/// clients spawn the drivers of their connections. On a runtime that tracks all its tasks they are resources
/// anyway; this makes them so on stable.
///
/// With [`new`](Self::new) a task carries the values of the code that hyper runs in. Use [`detached`](Self::detached) for
/// a client with a pool: its connections outlive the request that opens them.
///
/// Node: `TCPWRAP` and `HTTP2SESSION` are resources of their own as well.
///
/// # Examples
///
/// ```
/// use async_hooks_core::{AsyncLocal, execution_async_resource};
/// use async_hooks_http::TrackedExecutor;
/// use hyper::rt::Executor as _;
///
/// static USER: AsyncLocal<&str> = AsyncLocal::new();
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let (sender, receiver) = tokio::sync::oneshot::channel();
/// let future = async {
///     let _ = sender.send((execution_async_resource().kind(), USER.get().is_some()));
/// };
/// USER.run("alice", || TrackedExecutor::new().execute(future));
/// assert_eq!(receiver.await, Ok(("hyper::task", true)));
/// # }
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct TrackedExecutor {
    is_detached: bool,
}

const TASK: TaskBuilder = task("hyper::task");

impl TrackedExecutor {
    /// Makes an executor whose tasks carry the values of their spawner.
    ///
    /// ```
    /// use hyper_util::server::conn::auto::Builder;
    ///
    /// let server = Builder::new(async_hooks_http::TrackedExecutor::new());
    /// # drop(server);
    /// ```
    #[must_use]
    pub const fn new() -> Self {
        TrackedExecutor { is_detached: false }
    }

    /// Makes an executor whose tasks carry no values.
    ///
    /// Otherwise the driver of a pooled connection would keep the values of the request that has opened it, and show them in the
    /// requests of others. The trigger of a task is still what spawns it.
    ///
    /// ```
    /// use async_hooks_core::AsyncLocal;
    /// use async_hooks_http::TrackedExecutor;
    /// use hyper::rt::Executor as _;
    /// use hyper_util::client::legacy::Client;
    ///
    /// static USER: AsyncLocal<&str> = AsyncLocal::new();
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let client = Client::builder(TrackedExecutor::detached()).build_http::<String>();
    /// # drop(client);
    ///
    /// let (sender, receiver) = tokio::sync::oneshot::channel();
    /// let connection = async { drop(sender.send(USER.get())) };
    /// USER.run("alice", || TrackedExecutor::detached().execute(connection));
    /// assert_eq!(receiver.await, Ok(None));
    /// # }
    /// ```
    #[must_use]
    pub const fn detached() -> Self {
        TrackedExecutor { is_detached: true }
    }
}

impl<F> Executor<F> for TrackedExecutor
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    /// Spawns the future on the current tokio runtime.
    ///
    /// # Panics
    ///
    /// Panics outside a tokio runtime, as `hyper_util::rt::TokioExecutor` does.
    fn execute(&self, future: F) {
        let spawn = || drop(TASK.spawn(future));
        if self.is_detached { detached(spawn) } else { spawn() }
    }
}
