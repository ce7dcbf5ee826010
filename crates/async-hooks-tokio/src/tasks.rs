//! The record of every task that a runtime's hooks have told of, found by tokio's number for it.
//!
//! This is the one place that would go if tokio let a task carry data of its own; what the rest needs of it are the five
//! functions below.
//!
//! A poll takes one uncontended lock here: tasks are spread over many maps by the low bits of their numbers, which count up,
//! so two workers meet in one map only by chance. Nothing foreign runs under a lock: records are dropped, and contexts let
//! go of, when it has been released.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_hooks_core::adapter::{Captured, Keeper, OutsidePolls, TaskKind, TaskRecord};

/// What tokio's tasks are called.
pub(crate) struct TokioTask;

impl TaskKind for TokioTask {
    const KIND: &'static str = "tokio::task";
}

type Record = TaskRecord<TokioTask>;
type Records = HashMap<u64, Record, BuildHasherDefault<Spread>>;

pub(crate) fn insert(task: u64, record: Record) {
    let replaced = records(task).insert(task, record);
    drop(replaced);
}

/// Begins a poll on this thread, unless the task is tracked otherwise or not at all; says whether hooks are to be told.
#[inline]
pub(crate) fn begin_poll(task: u64) -> bool {
    records(task).get_mut(&task).is_some_and(|record| record.begin_poll(Keeper { task, keep }))
}

/// What a task runs as when no poll of it is open.
pub(crate) fn outside_polls(task: u64) -> Option<OutsidePolls> {
    records(task).get(&task).map(Record::outside_polls)
}

#[inline(never)]
pub(crate) fn close_poll(task: u64) {
    drop(remove_if(task, Record::close_poll));
}

/// Tokio may tell of the end of what it never told of the beginning: a blocking job, say.
#[inline]
pub(crate) fn terminate(task: u64) {
    drop(remove_if(task, Record::terminate));
}

fn keep(task: u64, context: Captured) {
    let former = records(task).get_mut(&task).map(|record| record.keep(context));
    drop(former);
}

/// Gives out the record if it is over, to be dropped by the caller without the lock.
#[inline]
fn remove_if(task: u64, is_over: impl FnOnce(&mut Record) -> bool) -> Option<Record> {
    let mut records = records(task);
    if !is_over(records.get_mut(&task)?) {
        return None;
    }
    let removed = records.remove(&task);
    if records.len() < records.capacity() / ROOMY {
        shrink(&mut records);
    }
    removed
}

/// Many tasks at once must not cost memory for ever.
#[cold]
fn shrink(records: &mut Records) {
    let twice = records.len() * 2;
    records.shrink_to(twice.max(SMALLEST));
}

/// A map is shrunk when it could hold this many times what it holds.
const ROOMY: usize = 8;
const SMALLEST: usize = 3;

/// On cache lines of its own, of which processors fetch pairs.
#[repr(align(128))]
struct Shard(Mutex<Records>);

const SHARD_BITS: u32 = 8;

static SHARDS: [Shard; 1 << SHARD_BITS] =
    [const { Shard(Mutex::new(HashMap::with_hasher(BuildHasherDefault::new()))) }; 1 << SHARD_BITS];

#[inline]
fn records(task: u64) -> MutexGuard<'static, Records> {
    let shard = &SHARDS[task as usize % SHARDS.len()];
    shard.0.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The numbers in one map differ above the bits that chose the map. Multiplied by an odd constant they still differ below,
/// where the map takes its index from, and are mixed above, where it takes its tags from.
#[derive(Default)]
struct Spread(u64);

impl Hasher for Spread {
    #[inline]
    fn write_u64(&mut self, task: u64) {
        self.0 = (task >> SHARD_BITS).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    }

    fn write(&mut self, bytes: &[u8]) {
        // Not called for a `u64`; right for whatever it is called for.
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01B3);
        }
    }

    #[inline]
    fn finish(&self) -> u64 {
        self.0
    }
}
