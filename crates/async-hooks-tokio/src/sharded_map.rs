//! A map by tokio's number for a task, sharded so that workers rarely contend for a lock.
//!
//! Numbers count up, so their low bits spread live tasks evenly over the shards. No foreign code may run under a shard's lock: a
//! replaced or removed value is returned, and the caller drops it after the lock is released.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::{PoisonError, RwLock, RwLockWriteGuard};

const SHARD_BITS: u32 = 8;

pub(crate) struct ShardedMap<V>([Shard<V>; 1 << SHARD_BITS]);

/// On cache lines of its own, of which processors fetch pairs.
#[repr(align(128))]
struct Shard<V>(RwLock<Entries<V>>);

struct Entries<V> {
    by_task: ByTask<V>,
    /// The last few numbers that have ended without an entry.
    ///
    /// Most of them never get one: they are blocking jobs, or tracked by a wrapper. But what is spawned on a runtime
    /// that shuts down ends before tokio reports its beginning; then the entry comes at once, from the same call of
    /// `spawn`, so the last few are enough.
    ended_early: [u64; 4],
}

type ByTask<V> = HashMap<u64, V, BuildHasherDefault<Spread>>;

impl<V> ShardedMap<V> {
    pub(crate) const fn new() -> Self {
        ShardedMap([const { Shard(RwLock::new(Entries::new())) }; 1 << SHARD_BITS])
    }

    /// Returns what is not kept: the previous value, or the new one if the task has ended.
    pub(crate) fn insert(&self, task: u64, value: V) -> Option<V> {
        let mut entries = self.entries(task);
        if entries.ended_early.contains(&task) { Some(value) } else { entries.by_task.insert(task, value) }
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
        let mut entries = self.entries(task);
        // Most often there is none, where all is spawned by wrappers; then looking costs half of what removing does.
        if !entries.by_task.contains_key(&task) {
            entries.note_early_end(task);
            return None;
        }
        let removed = entries.by_task.remove(&task);
        if entries.by_task.len() < entries.by_task.capacity() / ROOMY {
            shrink(&mut entries.by_task);
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
        // No task has the number 0.
        Entries { by_task: HashMap::with_hasher(BuildHasherDefault::new()), ended_early: [0; 4] }
    }

    fn note_early_end(&mut self, task: u64) {
        self.ended_early.rotate_right(1);
        self.ended_early[0] = task;
    }
}

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

        fn sum(&self, of: impl Fn(&Entries<V>) -> usize) -> usize {
            self.0.iter().map(|shard| of(&shard.0.read().unwrap())).sum()
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
        let lows: HashSet<_> = of_one_table.clone().map(|hash| hash % 1024).collect();
        let tags: HashSet<_> = of_one_table.map(|hash| hash >> 57).collect();
        assert_eq!((lows.len(), tags.len()), (1024, 128));
    }
}
