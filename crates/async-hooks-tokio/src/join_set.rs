//! A set of tracked tasks that are joined in the order in which they end.

mod joining;

use std::fmt;
use std::future::Future;

use tokio::runtime::Handle;
use tokio::task::{AbortHandle, LocalSet};

use crate::tracked;

/// A set of tasks, each an async resource: `tokio::task::JoinSet`, tracked.
///
/// Use it in place of tokio's set, which it wraps: the methods are the same and do the same. The set itself is no resource;
/// the trigger of a task is the resource that executes its spawn. Dropping the set aborts the remaining tasks, which then
/// send `destroy` without `resolve`.
///
/// The nearest in Node is an array of promises.
///
/// # Examples
///
/// ```
/// use async_hooks_core::AsyncLocal;
/// use async_hooks_tokio::JoinSet;
///
/// static USER: AsyncLocal<&str> = AsyncLocal::new();
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let mut set = JoinSet::new();
/// for user in ["alice", "bob"] {
///     USER.run(user, || set.spawn(async { USER.get() }));
/// }
/// while let Some(joined) = set.join_next().await {
///     assert!(joined.unwrap().is_some());
/// }
/// # }
/// ```
pub struct JoinSet<T> {
    tasks: tokio::task::JoinSet<T>,
}

impl<T> JoinSet<T> {
    /// Makes an empty set.
    ///
    /// ```
    /// use async_hooks_tokio::JoinSet;
    ///
    /// assert!(JoinSet::<()>::new().is_empty());
    /// ```
    #[must_use]
    pub fn new() -> Self {
        JoinSet { tasks: tokio::task::JoinSet::new() }
    }

    /// The number of tasks in the set: those that run, and those not joined yet.
    ///
    /// ```
    /// assert_eq!(async_hooks_tokio::JoinSet::<()>::new().len(), 0);
    /// ```
    #[must_use]
    pub fn len(&self) -> usize {
        self.tasks.len()
    }

    /// Whether no task is in the set.
    ///
    /// ```
    /// assert!(async_hooks_tokio::JoinSet::<()>::new().is_empty());
    /// ```
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.tasks.is_empty()
    }
}

impl<T: 'static> JoinSet<T> {
    /// Spawns a task into the set, like [`spawn`](crate::spawn); the handle can abort it.
    ///
    /// # Panics
    ///
    /// Panics outside a tokio runtime, as tokio's does.
    ///
    /// # Examples
    ///
    /// ```
    /// use async_hooks_core::{execution_async_id, trigger_async_id};
    /// use async_hooks_tokio::JoinSet;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let mut set = JoinSet::new();
    /// set.spawn(async { trigger_async_id() });
    /// assert_eq!(set.join_next().await.unwrap().unwrap(), Some(execution_async_id()));
    /// # }
    /// ```
    #[track_caller]
    pub fn spawn<F>(&mut self, task: F) -> AbortHandle
    where
        F: Future<Output = T> + Send + 'static,
        T: Send,
    {
        let (task, _claim) = tracked::task(tracked::TASK, task);
        self.tasks.spawn(task)
    }

    /// Spawns a task into the set that runs on the runtime of `handle`.
    ///
    /// ```
    /// use async_hooks_tokio::JoinSet;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let mut set = JoinSet::new();
    /// set.spawn_on(async { 7 }, &tokio::runtime::Handle::current());
    /// assert_eq!(set.join_all().await, [7]);
    /// # }
    /// ```
    #[track_caller]
    pub fn spawn_on<F>(&mut self, task: F, handle: &Handle) -> AbortHandle
    where
        F: Future<Output = T> + Send + 'static,
        T: Send,
    {
        let (task, _claim) = tracked::task(tracked::TASK, task);
        self.tasks.spawn_on(task, handle)
    }

    /// Spawns a task that need not be `Send` into the set.
    ///
    /// It runs on the current `LocalSet` or `LocalRuntime`.
    ///
    /// # Panics
    ///
    /// Panics outside both, as tokio's does.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::rc::Rc;
    /// use async_hooks_tokio::JoinSet;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let local = tokio::task::LocalSet::new();
    /// let joined = local.run_until(async {
    ///     let mut set = JoinSet::new();
    ///     set.spawn_local(async { Rc::new(7) });
    ///     set.join_all().await
    /// });
    /// assert_eq!(joined.await, [Rc::new(7)]);
    /// # }
    /// ```
    #[track_caller]
    pub fn spawn_local<F>(&mut self, task: F) -> AbortHandle
    where
        F: Future<Output = T> + 'static,
    {
        let (task, _claim) = tracked::task(tracked::TASK, task);
        self.tasks.spawn_local(task)
    }

    /// Spawns a task that need not be `Send` into the set; it runs when `local_set` runs.
    ///
    /// ```
    /// use async_hooks_tokio::JoinSet;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let local = tokio::task::LocalSet::new();
    /// let mut set = JoinSet::new();
    /// set.spawn_local_on(async { 7 }, &local);
    /// assert_eq!(local.run_until(set.join_all()).await, [7]);
    /// # }
    /// ```
    #[track_caller]
    pub fn spawn_local_on<F>(&mut self, task: F, local_set: &LocalSet) -> AbortHandle
    where
        F: Future<Output = T> + 'static,
    {
        let (task, _claim) = tracked::task(tracked::TASK, task);
        self.tasks.spawn_local_on(task, local_set)
    }

    /// Runs a closure on the blocking pool as part of the set.
    ///
    /// It is tracked like [`spawn_blocking`](crate::spawn_blocking).
    ///
    /// # Panics
    ///
    /// Panics outside a tokio runtime, as tokio's does.
    ///
    /// # Examples
    ///
    /// ```
    /// use async_hooks_core::execution_async_resource;
    /// use async_hooks_tokio::JoinSet;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let mut set = JoinSet::new();
    /// set.spawn_blocking(|| execution_async_resource().kind());
    /// assert_eq!(set.join_all().await, ["tokio::blocking"]);
    /// # }
    /// ```
    #[track_caller]
    pub fn spawn_blocking<F>(&mut self, f: F) -> AbortHandle
    where
        F: FnOnce() -> T + Send + 'static,
        T: Send,
    {
        let (job, _claim) = tracked::blocking(tracked::BLOCKING, f);
        self.tasks.spawn_blocking(job)
    }

    /// Runs a closure on the blocking pool of `handle` as part of the set.
    ///
    /// ```
    /// use async_hooks_tokio::JoinSet;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let mut set = JoinSet::new();
    /// set.spawn_blocking_on(|| 7, &tokio::runtime::Handle::current());
    /// assert_eq!(set.join_all().await, [7]);
    /// # }
    /// ```
    #[track_caller]
    pub fn spawn_blocking_on<F>(&mut self, f: F, handle: &Handle) -> AbortHandle
    where
        F: FnOnce() -> T + Send + 'static,
        T: Send,
    {
        let (job, _claim) = tracked::blocking(tracked::BLOCKING, f);
        self.tasks.spawn_blocking_on(job, handle)
    }
}

impl<T> Default for JoinSet<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T> fmt::Debug for JoinSet<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.tasks.fmt(f)
    }
}

/// Wraps a set of tokio's: later spawns are tracked, its tasks stay as they are.
impl<T> From<tokio::task::JoinSet<T>> for JoinSet<T> {
    fn from(tasks: tokio::task::JoinSet<T>) -> Self {
        JoinSet { tasks }
    }
}

/// Returns the tasks as tokio's own set; they stay tracked.
impl<T> From<JoinSet<T>> for tokio::task::JoinSet<T> {
    fn from(set: JoinSet<T>) -> Self {
        set.tasks
    }
}

/// Spawns each future of an iterator.
///
/// The location of these tasks is in the standard library, whose `collect` calls this. To keep your own, spawn in a loop or
/// [`extend`](Extend::extend) an empty set.
impl<T, F> FromIterator<F> for JoinSet<T>
where
    F: Future<Output = T> + Send + 'static,
    T: Send + 'static,
{
    #[track_caller]
    fn from_iter<I: IntoIterator<Item = F>>(futures: I) -> Self {
        let mut set = Self::new();
        set.extend(futures);
        set
    }
}

/// Spawns each future of an iterator; the location of all is this call.
impl<T, F> Extend<F> for JoinSet<T>
where
    F: Future<Output = T> + Send + 'static,
    T: Send + 'static,
{
    #[track_caller]
    fn extend<I: IntoIterator<Item = F>>(&mut self, futures: I) {
        // A loop instead of `for_each`, because `#[track_caller]` does not reach into a closure.
        for future in futures {
            self.spawn(future);
        }
    }
}
