//! The record of every task that a runtime's callbacks have reported.
//!
//! This is the one place that would go if tokio let a task carry data of its own; what the rest needs of it are the functions
//! below.

use async_hooks_core::runtime::{self, CapturedContext, ContextSink, OutsidePolls, TaskRecord};

use crate::sharded_map::ShardedMap;
use crate::unrecorded;

static RECORDED: Tasks<TaskRecord> = Tasks::new();

/// The records of tasks that have not ended, and of which a spawn was reported.
struct Tasks<R> {
    records: ShardedMap<R>,
}

impl<R> Tasks<R> {
    const fn new() -> Self {
        Tasks { records: ShardedMap::new() }
    }

    fn insert(&self, task: u64, record: R) -> bool {
        let is_kept = self.records.insert(task, record).is_none();
        if is_kept && unrecorded::has_ended_here(task) {
            drop(self.records.remove(task));
            return false;
        }
        is_kept
    }

    /// Runs `begin` under the lock of the record.
    ///
    /// A task without a record is noted as polled here.
    #[inline]
    fn begin_poll<P>(&self, task: u64, begin: impl FnOnce(&R) -> P) -> Option<P> {
        let begun = self.records.with(task, begin);
        if begun.is_none() {
            unrecorded::begin_poll(task);
        }
        begun
    }

    fn terminate(&self, task: u64) {
        let removed = self.records.remove(task);
        if removed.is_none() && unrecorded::end(task) {
            drop(self.records.end_early(task));
        }
    }
}

/// Keeps the record, unless the task has ended already. Returns whether it is kept.
pub(crate) fn insert(task: u64, record: TaskRecord) -> bool {
    RECORDED.insert(task, record)
}

/// Begins a poll on this thread, unless the task is tracked otherwise or not at all.
pub(crate) fn begin_poll(task: u64) {
    if let Some(true) = RECORDED.begin_poll(task, |record| record.begin_poll(ContextSink { task, keep })) {
        runtime::finish_beginning();
    }
}

/// What a task runs as when no poll of it is open.
pub(crate) fn outside_polls(task: u64) -> Option<OutsidePolls> {
    RECORDED.records.with(task, |record| record.outside_polls())
}

/// The task has ended; polls of it may be open.
pub(crate) fn terminate(task: u64) {
    RECORDED.terminate(task);
}

/// What is left of the context is dropped when the lock has been released.
fn keep(task: u64, mut context: CapturedContext) {
    RECORDED.records.change(task, |record| record.exchange(&mut context));
}

#[cfg(all(test, async_hooks_model))]
mod model;

#[cfg(test)]
mod tests {
    use tokio::runtime::Builder;

    use super::*;
    use crate::BuilderExt as _;

    /// The only test here that spawns on such a runtime, for the tables are the process's.
    #[test]
    fn tasks_that_have_ended_leave_the_tables_empty() {
        const TASKS: usize = 10_000;
        for mut builder in [Builder::new_current_thread(), Builder::new_multi_thread()] {
            let runtime = builder.worker_threads(2).async_hooks().build().unwrap();
            runtime.block_on(async {
                for _ in 0..TASKS {
                    tokio::spawn(async {}).await.unwrap();
                }
                let at_once: Vec<_> = (0..TASKS).map(|_| tokio::spawn(std::future::pending::<()>())).collect();
                assert!(RECORDED.records.len() >= TASKS);
                at_once.iter().for_each(|task| task.abort());
                for task in at_once {
                    assert!(task.await.unwrap_err().is_cancelled());
                }
                for _ in 0..TASKS {
                    drop(crate::spawn(async {}));
                    drop(tokio::spawn(std::future::pending::<()>()));
                }
            });
            let handle = runtime.handle().clone();
            drop(runtime);
            let spawn_too_late = || {
                for _ in 0..TASKS {
                    drop(handle.spawn(async {}));
                    drop(handle.spawn_blocking(|| ()));
                }
            };
            spawn_too_late();
            // On a thread of another runtime, which leaves it to its workers to end tasks.
            Builder::new_multi_thread().worker_threads(1).build().unwrap().block_on(async { spawn_too_late() });
            assert_eq!(RECORDED.records.len(), 0);
            assert!(RECORDED.records.has_shrunk());
        }
    }
}
