//! Hashes numbers, faster than the standard library does.

use std::hash::{BuildHasher, Hasher, RandomState};

/// Mixes a number with random keys, so that the ids of a file cannot be chosen to collide.
#[derive(Clone, Copy, Debug)]
pub(crate) struct IdHash {
    added: u64,
    factor: u64,
}

impl Default for IdHash {
    fn default() -> IdHash {
        let random = RandomState::new();
        IdHash { added: random.hash_one(0), factor: random.hash_one(1) | 1 }
    }
}

impl BuildHasher for IdHash {
    type Hasher = KeyedIdHasher;

    #[inline]
    fn build_hasher(&self) -> KeyedIdHasher {
        KeyedIdHasher { state: self.added, factor: self.factor }
    }
}

pub(crate) struct KeyedIdHasher {
    state: u64,
    factor: u64,
}

impl Hasher for KeyedIdHasher {
    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.write_u64((*byte).into()));
    }

    #[inline]
    fn write_u64(&mut self, number: u64) {
        let product = u128::from(self.state ^ number) * u128::from(self.factor);
        self.state = product as u64 ^ (product >> 64) as u64;
    }

    #[inline]
    fn finish(&self) -> u64 {
        self.state
    }
}
