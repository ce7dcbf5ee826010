//! How tasks leave the set: joined, aborted, detached. Each method calls tokio's.

use std::task::{Context, Poll};

use tokio::task::{Id, JoinError};

use super::JoinSet;

impl<T: 'static> JoinSet<T> {
    /// Waits until a task ends and removes it from the set; `None` when the set is empty.
    ///
    /// The resource of that task has sent `destroy` before. The method is cancel safe: when its future is dropped, no task has
    /// left the set.
    ///
    /// ```
    /// use async_hooks_tokio::JoinSet;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let mut set = JoinSet::new();
    /// set.spawn(async { 7 });
    /// assert_eq!(set.join_next().await.unwrap().unwrap(), 7);
    /// assert!(set.join_next().await.is_none());
    /// # }
    /// ```
    pub async fn join_next(&mut self) -> Option<Result<T, JoinError>> {
        self.tasks.join_next().await
    }

    /// Like [`join_next`](Self::join_next), and returns tokio's id of the task too.
    ///
    /// The id of a task that failed is [`JoinError::id`](tokio::task::JoinError::id).
    ///
    /// ```
    /// use async_hooks_tokio::JoinSet;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let mut set = JoinSet::new();
    /// let task = set.spawn(async { 7 });
    /// assert_eq!(set.join_next_with_id().await.unwrap().unwrap(), (task.id(), 7));
    /// # }
    /// ```
    pub async fn join_next_with_id(&mut self) -> Option<Result<(Id, T), JoinError>> {
        self.tasks.join_next_with_id().await
    }

    /// Removes a task that has ended from the set; `None` if there is none.
    ///
    /// ```
    /// use async_hooks_tokio::JoinSet;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let mut set = JoinSet::new();
    /// set.spawn(async { 7 });
    /// assert!(set.try_join_next().is_none());
    /// tokio::task::yield_now().await;
    /// assert_eq!(set.try_join_next().unwrap().unwrap(), 7);
    /// # }
    /// ```
    pub fn try_join_next(&mut self) -> Option<Result<T, JoinError>> {
        self.tasks.try_join_next()
    }

    /// Like [`try_join_next`](Self::try_join_next), and returns tokio's id of the task too.
    ///
    /// ```
    /// use async_hooks_tokio::JoinSet;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let mut set = JoinSet::new();
    /// let task = set.spawn(async { 7 });
    /// tokio::task::yield_now().await;
    /// assert_eq!(set.try_join_next_with_id().unwrap().unwrap(), (task.id(), 7));
    /// # }
    /// ```
    pub fn try_join_next_with_id(&mut self) -> Option<Result<(Id, T), JoinError>> {
        self.tasks.try_join_next_with_id()
    }

    /// Aborts all tasks and waits until they have ended; ignores their panics.
    ///
    /// Afterwards the set is empty, and the resources of all its tasks have sent `destroy`.
    ///
    /// ```
    /// use async_hooks_tokio::JoinSet;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let mut set = JoinSet::new();
    /// set.spawn(std::future::pending::<()>());
    /// set.shutdown().await;
    /// assert!(set.is_empty());
    /// # }
    /// ```
    pub async fn shutdown(&mut self) {
        self.tasks.shutdown().await;
    }

    /// Waits for all tasks and returns their outputs in the order in which they ended.
    ///
    /// # Panics
    ///
    /// Panics when a task panicked or was aborted, as tokio's does: it resumes the panic and aborts the remaining tasks. To
    /// handle failures, call [`join_next`](Self::join_next) in a loop.
    ///
    /// # Examples
    ///
    /// ```
    /// use async_hooks_tokio::JoinSet;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let mut set = JoinSet::new();
    /// set.extend([1, 2, 3].map(std::future::ready));
    /// assert_eq!(set.join_all().await.len(), 3);
    /// # }
    /// ```
    pub async fn join_all(self) -> Vec<T> {
        self.tasks.join_all().await
    }

    /// Aborts all tasks and keeps them in the set; they are joined as cancelled.
    ///
    /// ```
    /// use async_hooks_tokio::JoinSet;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let mut set = JoinSet::new();
    /// set.spawn(std::future::pending::<()>());
    /// set.abort_all();
    /// assert!(set.join_next().await.unwrap().unwrap_err().is_cancelled());
    /// # }
    /// ```
    pub fn abort_all(&mut self) {
        self.tasks.abort_all();
    }

    /// Removes all tasks without aborting them; they continue, tracked as before.
    ///
    /// ```
    /// use async_hooks_tokio::JoinSet;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let (sender, receiver) = tokio::sync::oneshot::channel();
    /// let mut set = JoinSet::new();
    /// set.spawn(async { sender.send(7) });
    /// set.detach_all();
    /// drop(set);
    /// assert_eq!(receiver.await, Ok(7));
    /// # }
    /// ```
    pub fn detach_all(&mut self) {
        self.tasks.detach_all();
    }

    /// Polls for a task that has ended; [`join_next`](Self::join_next) as a poll function.
    ///
    /// Returns `Ready(None)` when the set is empty. After `Pending` the waker of the latest call is woken. It may return
    /// `Pending` although a task has ended, when tokio's cooperative budget is used up.
    ///
    /// ```
    /// use async_hooks_tokio::JoinSet;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let mut set = JoinSet::new();
    /// set.spawn(async { 7 });
    /// let joined = std::future::poll_fn(|cx| set.poll_join_next(cx)).await;
    /// assert_eq!(joined.unwrap().unwrap(), 7);
    /// # }
    /// ```
    pub fn poll_join_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<T, JoinError>>> {
        self.tasks.poll_join_next(cx)
    }

    /// Like [`poll_join_next`](Self::poll_join_next), and returns tokio's id of the task too.
    ///
    /// ```
    /// use async_hooks_tokio::JoinSet;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let mut set = JoinSet::new();
    /// let task = set.spawn(async { 7 });
    /// let joined = std::future::poll_fn(|cx| set.poll_join_next_with_id(cx)).await;
    /// assert_eq!(joined.unwrap().unwrap(), (task.id(), 7));
    /// # }
    /// ```
    pub fn poll_join_next_with_id(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<(Id, T), JoinError>>> {
        self.tasks.poll_join_next_with_id(cx)
    }
}
