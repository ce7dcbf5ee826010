//! Tasks that have no record when they are polled or end, as their thread sees them.
//!
//! ```text
//!   a wrapped task       is polled before it ends
//!   a blocking job       ends on a thread of the pool
//!   an early end         the task ends before its spawn is reported: its runtime shuts down
//! ```
//!
//! The record of a task that ends early must not be kept. If the spawning thread itself ends it, because the runtime is gone,
//! the report of the spawn comes right after the end, on this thread. Otherwise a worker ends it, or who drops a current-thread
//! runtime.

use std::cell::Cell;

use tokio::runtime::{Handle, RuntimeFlavor, worker_index};

use crate::sync::thread_local;

thread_local! {
    /// The last task that this thread polled, of those without a record.
    ///
    /// No task has the number 0.
    static POLLED: Cell<u64> = const { Cell::new(0) };
    /// The last task that this thread ended, of those without a record.
    static ENDED: Cell<u64> = const { Cell::new(0) };
}

/// A task without a record is polled on this thread.
#[inline]
pub(crate) fn begin_poll(task: u64) {
    POLLED.with(|polled| polled.set(task));
}

/// A task without a record ends on this thread.
///
/// Returns whether another thread may yet report its spawn.
///
/// This can be true of a wrapped task that was not polled here last, and of a blocking job of a current-thread runtime.
pub(crate) fn end(task: u64) -> bool {
    ENDED.with(|ended| ended.set(task));
    POLLED.with(Cell::get) != task && (worker_index().is_some() || !is_in_pool_of_workers())
}

/// Whether the runtime of this thread leaves it to its workers to end tasks.
///
/// A current-thread runtime ends them on the thread that drops it, which is no worker then.
fn is_in_pool_of_workers() -> bool {
    Handle::try_current().is_ok_and(|runtime| runtime.runtime_flavor() == RuntimeFlavor::MultiThread)
}

/// Whether the task that this thread reports as spawned was ended by this thread just before.
#[inline]
pub(crate) fn has_ended_here(task: u64) -> bool {
    ENDED.with(Cell::get) == task
}

#[cfg(test)]
mod tests {
    use tokio::runtime::Builder;

    use super::*;

    #[test]
    fn only_what_is_unpolled_and_ends_on_no_thread_of_the_pool_may_have_ended_early() {
        let runtime = Builder::new_multi_thread().worker_threads(1).build().unwrap();
        let job = runtime.spawn_blocking(|| end(u64::MAX));
        assert!(!runtime.block_on(job).unwrap(), "a blocking job");
        let worker = async {
            let is_early = end(u64::MAX);
            begin_poll(u64::MAX);
            (is_early, end(u64::MAX))
        };
        assert_eq!(runtime.block_on(runtime.spawn(worker)).unwrap(), (true, false), "an early end, and a wrapped task");
        let dropped = Builder::new_current_thread().build().unwrap();
        let _entered = dropped.enter();
        assert!(end(u64::MAX), "an early end");
    }

    #[test]
    fn a_thread_knows_the_task_that_it_ended_last() {
        end(u64::MAX - 1);
        assert!(has_ended_here(u64::MAX - 1) && !has_ended_here(u64::MAX - 2));
    }
}
