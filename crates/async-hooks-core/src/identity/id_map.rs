//! A concurrent map by async id, for threads that change it at once at different ids.

use std::hash::{BuildHasherDefault, Hasher};

use dashmap::DashMap;

use crate::identity::id::AsyncId;

pub(crate) type IdMap<V> = DashMap<AsyncId, V, BuildHasherDefault<IdHasher>>;

/// Multiplies by an odd constant, which spreads ids over shards and buckets.
///
/// Ids are unique and count up, so nothing more is needed.
#[derive(Default)]
pub(crate) struct IdHasher(u64);

impl Hasher for IdHasher {
    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.write_u64(self.0 ^ u64::from(*byte)));
    }

    fn write_u64(&mut self, number: u64) {
        self.0 = number.wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(26);
    }

    fn finish(&self) -> u64 {
        self.0
    }
}
