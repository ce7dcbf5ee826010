//! How tasks leave the set: joined, aborted, detached. All of it is tokio's own doing.

use std::task::{Context, Poll};

use tokio::task::{Id, JoinError};

use super::JoinSet;

impl<T: 'static> JoinSet<T> {
    /// Waits for one of the tasks to end and takes it out of the set; `None` when the set is empty.
    ///
    /// By then the task's resource is destroyed. Cancel safe: when this future is dropped no task has left the set.
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

    /// As [`join_next`](Self::join_next), with tokio's id of the task; of a failed one it is
    /// [`JoinError::id`](tokio::task::JoinError::id).
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

    /// Takes a task that has ended out of the set; `None` when none has, or the set is empty.
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

    /// As [`try_join_next`](Self::try_join_next), with tokio's id of the task.
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

    /// Aborts all tasks and waits until they are gone; panics of theirs are ignored.
    ///
    /// Afterwards the set is empty and every resource of it destroyed.
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
    /// When a task panicked or was aborted, as tokio's does: a panic is passed on, and the remaining tasks are aborted.
    /// To handle failures call [`join_next`](Self::join_next) in a loop.
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

    /// Aborts all tasks and leaves them in the set, to be joined as cancelled.
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

    /// Lets all tasks go without aborting them: they run on by themselves, tracked as before.
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

    /// Polls for a task that has ended; [`join_next`](Self::join_next) for those who write futures by hand.
    ///
    /// `Ready(None)` when the set is empty. `Pending` wakes the waker of the latest call; it may be returned although a
    /// task has ended, where tokio's cooperative budget is spent.
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

    /// As [`poll_join_next`](Self::poll_join_next), with tokio's id of the task.
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
