//! What else goes around the polls of a task, beside its ids and its context.

/// Brought to a thread ahead of a task's ids, and taken away behind them.
pub(crate) trait Around: Send + Sync {
    /// The task is being spawned, in its spawner's scope.
    fn spawned(&self, task: u64);

    /// A poll begins on this thread.
    fn enter(&self, task: u64);

    /// The poll on this thread has ended.
    fn leave(&self, task: u64);

    /// The task has ended; a poll may still be open.
    fn terminated(&self, task: u64);
}
