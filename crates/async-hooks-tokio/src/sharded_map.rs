//! A map by tokio's number for a task, sharded so that workers rarely contend for a lock.
//!
//! Numbers count up, so their low bits spread live tasks evenly over the shards. No foreign code may run under a shard's lock: a
//! replaced or removed value is returned, and the caller drops it after the lock is released.

use std::collections::{BTreeSet, HashMap};
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::PoisonError;

use crate::sync::{RwLock, RwLockWriteGuard};

#[cfg(not(async_hooks_model))]
const SHARD_BITS: u32 = 8;
/// An explorer creates the map in each order of steps.
#[cfg(async_hooks_model)]
const SHARD_BITS: u32 = 1;

pub(crate) struct ShardedMap<V>([Shard<V>; 1 << SHARD_BITS]);

/// On cache lines of its own, of which processors fetch pairs.
#[repr(align(128))]
struct Shard<V>(RwLock<Entries<V>>);

struct Entries<V> {
    by_task: ByTask<V>,
    /// The numbers that have ended before they were inserted; at most [`EARLY_ENDS`].
    ended_early: BTreeSet<u64>,
}

type ByTask<V> = HashMap<u64, V, BuildHasherDefault<Spread>>;

impl<V> ShardedMap<V> {
    pub(crate) const fn new() -> Self {
        ShardedMap([const { Shard(RwLock::new(Entries::new())) }; 1 << SHARD_BITS])
    }

    /// Returns what is not kept: the previous value, or the new one if the task has ended.
    ///
    /// See [`end_early`](Self::end_early).
    pub(crate) fn insert(&self, task: u64, value: V) -> Option<V> {
        let mut entries = self.entries(task);
        if !entries.ended_early.is_empty() && entries.ended_early.remove(&task) {
            return Some(value);
        }
        entries.by_task.insert(task, value)
    }

    /// Runs `f` under the lock, shared with other readers.
    #[inline]
    pub(crate) fn with<R>(&self, task: u64, f: impl FnOnce(&V) -> R) -> Option<R> {
        let entries = self.shard(task).0.read().unwrap_or_else(PoisonError::into_inner);
        entries.by_task.get(&task).map(f)
    }

    /// Runs `f` under the exclusive lock.
    pub(crate) fn change<R>(&self, task: u64, f: impl FnOnce(&mut V) -> R) -> Option<R> {
        self.entries(task).by_task.get_mut(&task).map(f)
    }

    /// Removes and returns the value of a task that has ended.
    pub(crate) fn remove(&self, task: u64) -> Option<V> {
        self.entries(task).remove(task)
    }

    /// As [`remove`](Self::remove), of a task whose value may come yet: then it will not be kept.
    pub(crate) fn end_early(&self, task: u64) -> Option<V> {
        let mut entries = self.entries(task);
        let removed = entries.remove(task);
        if removed.is_none() {
            entries.note_early_end(task);
        }
        removed
    }

    fn entries(&self, task: u64) -> RwLockWriteGuard<'_, Entries<V>> {
        self.shard(task).0.write().unwrap_or_else(PoisonError::into_inner)
    }

    #[inline]
    fn shard(&self, task: u64) -> &Shard<V> {
        &self.0[task as usize % self.0.len()]
    }
}

impl<V> Entries<V> {
    const fn new() -> Self {
        Entries { by_task: HashMap::with_hasher(BuildHasherDefault::new()), ended_early: BTreeSet::new() }
    }

    fn remove(&mut self, task: u64) -> Option<V> {
        // Most often there is none, where all is spawned by wrappers; then looking costs half of what removing does.
        if !self.by_task.contains_key(&task) {
            return None;
        }
        let removed = self.by_task.remove(&task);
        if self.by_task.len() < self.by_task.capacity() / ROOMY {
            shrink(&mut self.by_task);
        }
        removed
    }

    #[cold]
    fn note_early_end(&mut self, task: u64) {
        self.ended_early.insert(task);
        if self.ended_early.len() > EARLY_ENDS {
            self.ended_early.pop_first();
        }
    }
}

/// Beyond this many early ends a shard forgets the lowest number.
///
/// What ends early is being spawned: a thread is between two consecutive lines of tokio's `spawn`, and its number is among the
/// highest. It would be forgotten if meanwhile 16,384 tasks were spawned after it and ended before they were polled. Wrapped
/// tasks that end with their runtime are noted, too, and never inserted: they have lower numbers, and go first. So are the blocking
/// jobs of a current-thread runtime.
const EARLY_ENDS: usize = 64;

/// Many tasks at once must not cost memory for ever.
#[cold]
fn shrink<V>(by_task: &mut ByTask<V>) {
    let twice = by_task.len() * 2;
    by_task.shrink_to(twice.max(SMALLEST));
}

/// A map is shrunk when it could hold this many times what it holds.
const ROOMY: usize = 8;
const SMALLEST: usize = 3;

/// The numbers in one map differ above the bits that chose the map.
///
/// Multiplied by an odd constant they still differ below, where the map takes its index from, and are mixed above,
/// where it takes its tags from.
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

#[cfg(all(test, async_hooks_model))]
mod model;

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    impl<V> ShardedMap<V> {
        pub(crate) fn len(&self) -> usize {
            self.sum(|entries| entries.by_task.len())
        }

        /// Whether it has given back what it needed at its fullest.
        pub(crate) fn has_shrunk(&self) -> bool {
            self.sum(|entries| entries.by_task.capacity()) <= self.0.len() * ROOMY * SMALLEST
        }

        pub(crate) fn early_ends(&self) -> usize {
            self.sum(|entries| entries.ended_early.len())
        }

        fn sum(&self, of: impl Fn(&Entries<V>) -> usize) -> usize {
            self.0.iter().map(|shard| of(&shard.0.read().unwrap())).sum()
        }
    }

    #[test]
    fn a_value_that_comes_after_the_end_of_its_task_is_not_kept() {
        let map = ShardedMap::new();
        let tasks = 1..=10_000;
        assert!(tasks.clone().all(|task| map.end_early(task).is_none()));
        assert!(tasks.clone().all(|task| map.insert(task, task) == Some(task)));
        assert_eq!((map.len(), map.early_ends()), (0, 0));
    }

    #[test]
    fn an_early_end_removes_a_value_that_came_in_time() {
        let map = ShardedMap::new();
        assert_eq!(map.insert(1, "value"), None);
        assert_eq!((map.end_early(1), map.early_ends()), (Some("value"), 0));
    }

    #[test]
    fn early_ends_of_tasks_that_are_never_inserted_are_forgotten_the_lowest_number_first() {
        let map = ShardedMap::new();
        (1..=1_000_000).for_each(|task| assert!(map.end_early(task).is_none()));
        assert_eq!(map.early_ends(), map.0.len() * EARLY_ENDS);
        assert_eq!(map.insert(1, "early"), None);
        assert_eq!(map.insert(1_000_000 - 16_000, "late"), Some("late"));
    }

    #[test]
    fn numbers_in_one_table_differ_in_the_bits_it_looks_at() {
        let hash = |task| {
            let mut spread = Spread::default();
            spread.write_u64(task);
            spread.finish()
        };
        let of_one_table = (1..=1024_u64).map(|count| hash(count << SHARD_BITS));
        let lows: HashSet<_> = of_one_table.clone().map(|hash| hash % 1024).collect();
        let tags: HashSet<_> = of_one_table.map(|hash| hash >> 57).collect();
        assert_eq!((lows.len(), tags.len()), (1024, 128));
    }
}
