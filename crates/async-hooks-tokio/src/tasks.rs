//! The record of every task that a runtime's hooks have told of.
//!
//! This is the one place that would go if tokio let a task carry data of its own; what the rest needs of it are the functions
//! below.

use async_hooks_core::adapter::{Captured, Keeper, OutsidePolls, TaskKind, TaskRecord};

use crate::table::Table;

/// What tokio's tasks are called.
pub(crate) struct TokioTask;

impl TaskKind for TokioTask {
    const KIND: &'static str = "tokio::task";
}

type Record = TaskRecord<TokioTask>;

static RECORDS: Table<Record> = Table::new();

/// Unless the task has ended already.
pub(crate) fn insert(task: u64, record: Record) {
    drop(RECORDS.insert(task, record));
}

/// Begins a poll on this thread, unless the task is tracked otherwise or not at all; says whether hooks are to be told.
#[inline]
pub(crate) fn begin_poll(task: u64) -> bool {
    RECORDS.with(task, |record| record.begin_poll(Keeper { task, keep })).unwrap_or(false)
}

/// What a task runs as when no poll of it is open.
pub(crate) fn outside_polls(task: u64) -> Option<OutsidePolls> {
    RECORDS.with(task, |record| record.outside_polls())
}

#[inline(never)]
pub(crate) fn close_poll(task: u64) {
    drop(RECORDS.remove_if(task, Record::close_poll));
}

#[inline]
pub(crate) fn terminate(task: u64) {
    drop(RECORDS.remove_if(task, Record::terminate));
}

fn keep(task: u64, context: Captured) {
    drop(RECORDS.with(task, |record| record.keep(context)));
}

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
                assert!(RECORDS.len() >= TASKS);
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
            for _ in 0..TASKS {
                drop(handle.spawn(async {}));
                drop(handle.spawn_blocking(|| ()));
            }
            assert_eq!(RECORDS.len(), 0);
            assert!(RECORDS.has_shrunk());
        }
    }
}
