//! What is kept of each living resource.

use std::hash::{BuildHasherDefault, Hasher};

use async_hooks_core::AsyncId;
use dashmap::DashMap;

use crate::counts::counts::Place;
use crate::counts::site_counts::Ending;

pub(super) struct Living(DashMap<AsyncId, Life, BuildHasherDefault<IdHasher>>);

#[derive(Clone, Copy)]
pub(super) struct Life {
    pub(super) place: Place,
    /// As far as is known.
    pub(super) ending: Ending,
}

impl Living {
    pub(super) fn new() -> Living {
        Living(DashMap::default())
    }

    pub(super) fn insert(&self, id: AsyncId, place: Place) {
        self.0.insert(id, Life { place, ending: Ending::Dropped });
    }

    /// Notes how a resource will have ended; returns where it is counted.
    pub(super) fn note(&self, id: AsyncId, ending: Ending) -> Option<Place> {
        let mut life = self.0.get_mut(&id)?;
        life.ending = ending;
        Some(life.place)
    }

    pub(super) fn remove(&self, id: AsyncId) -> Option<Life> {
        Some(self.0.remove(&id)?.1)
    }

    pub(super) fn clear(&self) {
        self.0.clear();
    }
}

/// Multiplies by an odd constant, which spreads ids over shards and buckets.
///
/// Ids are unique and count up.
#[derive(Default)]
pub(super) struct IdHasher(u64);

impl Hasher for IdHasher {
    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.write_u64(self.0 ^ u64::from(*byte)));
    }

    fn write_u64(&mut self, id: u64) {
        self.0 = id.wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(26);
    }

    fn finish(&self) -> u64 {
        self.0
    }
}
