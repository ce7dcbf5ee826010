//! A map with ids as keys, for many threads at once.
//!
//! Ids count up within blocks of 256, and a block belongs to one thread. A block is stored in one shard, side by side. So a thread
//! that creates and destroys uses one lock and a few cache lines, and shares them with another thread only by chance.

use std::hash::{BuildHasherDefault, Hasher};

use async_hooks_core::AsyncId;
use dashmap::DashMap;

/// A map by async id, made by [`id_map`].
pub type IdMap<V> = DashMap<AsyncId, V, BuildHasherDefault<IdHasher>>;

/// The number of shards, so large that no shard is.
///
/// A shard is locked while it is listed, and a million ids must not stop the program for long.
const SHARDS: usize = 1 << SHARD_BITS;

const SHARD_BITS: u32 = 6;

const BLOCK_BITS: u32 = 8;

/// An empty map.
///
/// ```
/// use async_hooks_core::AsyncResource;
/// use async_hooks_tools::id_map;
///
/// let (living, job) = (id_map(), AsyncResource::new("job"));
/// living.insert(job.async_id(), "who spawned it");
/// assert_eq!(living.remove(&job.async_id()).map(|(_, note)| note), Some("who spawned it"));
/// ```
#[must_use]
pub fn id_map<V>() -> IdMap<V> {
    DashMap::with_hasher_and_shard_amount(BuildHasherDefault::default(), SHARDS)
}

/// Keeps the ids of one block in one shard, side by side.
///
/// ```text
///   id     higher bits | shard number (6) | number in its block (8)
///   hash   mix of all (7) | shard number (6) | higher bits and number in its block, side by side
/// ```
///
/// The map takes its shard from below the highest seven bits, compares keys by those, and begins to search at the lowest bits.
/// If it did otherwise it would be slower, and still correct.
///
/// ```
/// use std::hash::{BuildHasher as _, BuildHasherDefault};
/// use async_hooks_core::AsyncId;
/// use async_hooks_tools::IdHasher;
///
/// let hasher = BuildHasherDefault::<IdHasher>::default();
/// let place = |id| hasher.hash_one(AsyncId::from_u64(id).unwrap()) % 256;
/// assert_eq!([16, 17, 18].map(place), [16, 17, 18]);
/// ```
#[derive(Clone, Copy, Default, Debug)]
pub struct IdHasher(u64);

const MAP_TAG_BITS: u32 = 7;

impl Hasher for IdHasher {
    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.write_u64(self.0 ^ u64::from(*byte)));
    }

    #[inline]
    fn write_u64(&mut self, id: u64) {
        let low = |bits: u32| (1_u64 << bits) - 1;
        let at = u64::BITS - MAP_TAG_BITS;
        let tag = id.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> at << at;
        let shard = (id >> BLOCK_BITS & low(SHARD_BITS)) << (at - SHARD_BITS);
        let place = (id >> (BLOCK_BITS + SHARD_BITS) << BLOCK_BITS | id & low(BLOCK_BITS)) & low(at - SHARD_BITS);
        self.0 = tag | shard | place;
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::{HashMap, HashSet};
    use std::hash::BuildHasher as _;

    fn hash(id: u64) -> u64 {
        BuildHasherDefault::<IdHasher>::default().hash_one(AsyncId::from_u64(id).unwrap())
    }

    #[test]
    fn the_ids_of_a_million_are_spread_evenly_and_no_two_share_a_place() {
        let shard = |hash: u64| hash << MAP_TAG_BITS >> (u64::BITS - SHARD_BITS);
        let mut shards = HashMap::<u64, HashSet<u64>>::new();
        for id in 1..=1_000_000 {
            let place = hash(id) & ((1 << 20) - 1);
            assert!(shards.entry(shard(hash(id))).or_default().insert(place), "{id}");
        }
        let fullest = shards.values().map(HashSet::len).max().unwrap_or_default();
        assert_eq!(shards.len(), SHARDS);
        assert!(fullest <= 1_000_000 / SHARDS + 256, "{fullest}");
    }

    #[test]
    fn the_largest_id_is_found_again() {
        let map = id_map();
        let largest = AsyncId::from_u64(u64::MAX).unwrap();
        map.insert(largest, 7);
        assert_eq!(map.get(&largest).map(|found| *found), Some(7));
    }
}
