//! A table by tokio's number for a task, which two workers rarely meet in.
//!
//! It is many maps. Numbers count up, so their low bits spread what lives at a time evenly over the maps, and each has a lock
//! that is hardly ever waited for. Nothing foreign may run under it: what is replaced or removed is handed out, to be dropped
//! when the lock has been released.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::{Mutex, MutexGuard, PoisonError};

const SHARD_BITS: u32 = 8;

pub(crate) struct Table<V>([Shard<V>; 1 << SHARD_BITS]);

/// On cache lines of its own, of which processors fetch pairs.
#[repr(align(128))]
struct Shard<V>(Mutex<Entries<V>>);

type Entries<V> = HashMap<u64, V, BuildHasherDefault<Spread>>;

impl<V> Table<V> {
    pub(crate) const fn new() -> Self {
        Table([const { Shard(Mutex::new(HashMap::with_hasher(BuildHasherDefault::new()))) }; 1 << SHARD_BITS])
    }

    pub(crate) fn insert(&self, task: u64, value: V) -> Option<V> {
        self.entries(task).insert(task, value)
    }

    /// Runs `f` under the lock.
    #[inline]
    pub(crate) fn with<R>(&self, task: u64, f: impl FnOnce(&mut V) -> R) -> Option<R> {
        self.entries(task).get_mut(&task).map(f)
    }

    /// Hands out what is to go; asks under the lock.
    #[inline]
    pub(crate) fn remove_if(&self, task: u64, is_to_go: impl FnOnce(&mut V) -> bool) -> Option<V> {
        let mut entries = self.entries(task);
        if !is_to_go(entries.get_mut(&task)?) {
            return None;
        }
        let removed = entries.remove(&task);
        if entries.len() < entries.capacity() / ROOMY {
            shrink(&mut entries);
        }
        removed
    }

    #[inline]
    fn entries(&self, task: u64) -> MutexGuard<'_, Entries<V>> {
        let shard = &self.0[task as usize % self.0.len()];
        shard.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Many tasks at once must not cost memory for ever.
#[cold]
fn shrink<V>(entries: &mut Entries<V>) {
    let twice = entries.len() * 2;
    entries.shrink_to(twice.max(SMALLEST));
}

/// A map is shrunk when it could hold this many times what it holds.
const ROOMY: usize = 8;
const SMALLEST: usize = 3;

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
