//! What else wraps the polls of a task, outside its ids and its context.

/// Entered on a thread before a task's ids, and left after them.
pub(crate) trait PollWrapper: Send + Sync {
    /// The task is being spawned, in its spawner's scope.
    fn spawned(&self, task: u64);

    /// A poll begins on this thread.
    fn enter(&self, task: u64);

    /// The poll on this thread has ended.
    fn leave(&self, task: u64);

    /// The task has ended; a poll may still be open.
    fn terminated(&self, task: u64);
}
