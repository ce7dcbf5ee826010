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

    fn kept() -> usize {
        SHARDS.iter().map(|shard| lock(shard).by_task.len()).sum()
    }

    fn room() -> usize {
        SHARDS.iter().map(|shard| lock(shard).by_task.capacity()).sum()
    }

    fn lock(shard: &Shard) -> MutexGuard<'_, Records> {
        shard.0.lock().unwrap()
    }

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
                assert!(kept() >= TASKS);
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
            assert_eq!(kept(), 0);
            assert!(room() <= SHARDS.len() * ROOMY * SMALLEST, "{}", room());
        }
    }

    #[test]
    fn numbers_in_one_table_differ_in_the_bits_it_looks_at() {
        let hash = |task| {
            let mut spread = Spread::default();
            spread.write_u64(task);
            spread.finish()
        };
        let of_one_table = (1..=1024_u64).map(|count| hash(count << SHARD_BITS));
        let lows: std::collections::HashSet<_> = of_one_table.clone().map(|hash| hash % 1024).collect();
        let tags: std::collections::HashSet<_> = of_one_table.map(|hash| hash >> 57).collect();
        assert_eq!((lows.len(), tags.len()), (1024, 128));
    }
}
