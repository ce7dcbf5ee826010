//! The key of an `AsyncLocal` in mappings, given on first use so that an `AsyncLocal` can be made in a `const`.
//!
//! A key is the local's number in its low bits and, above, how often the local was disabled. A value set under an older key
//! is found by nobody, and replaced by whatever is set next.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::mapping::{Key, LOCAL_BITS};

#[derive(Debug)]
pub(crate) struct LocalKey(AtomicU64);

/// Nothing was ever set.
const UNASSIGNED: Key = 0;

const GENERATION: Key = 1 << LOCAL_BITS;

/// Dense from 1, so that the trie of a mapping stays shallow.
static NEXT: AtomicU64 = AtomicU64::new(UNASSIGNED + 1);

impl LocalKey {
    pub(crate) const fn new() -> Self {
        LocalKey(AtomicU64::new(UNASSIGNED))
    }

    /// The key to look for; one that is in no mapping if nothing was ever set.
    #[inline]
    pub(crate) fn get(&self) -> Key {
        // Relaxed is enough: a mapping that has the key reached this thread by something that synchronises.
        self.0.load(Ordering::Relaxed)
    }

    /// The key to set something under.
    #[inline]
    pub(crate) fn assign(&self) -> Key {
        match self.get() {
            UNASSIGNED => self.assign_first(),
            key => key,
        }
    }

    /// Makes values under the key until now impossible to find. After 2^24 times the local gets another number.
    pub(crate) fn renew(&self) {
        let renewed = |key: Key| match key {
            UNASSIGNED => None,
            key => Some(key.checked_add(GENERATION).unwrap_or_else(|| NEXT.fetch_add(1, Ordering::Relaxed))),
        };
        // There is nothing to renew in one that was never set.
        let _ = self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, renewed);
    }

    /// When two threads come here at once the first key stays, and the other is never used.
    #[cold]
    fn assign_first(&self) -> Key {
        let fresh = NEXT.fetch_add(1, Ordering::Relaxed);
        match self.0.compare_exchange(UNASSIGNED, fresh, Ordering::Relaxed, Ordering::Relaxed) {
            Ok(_) => fresh,
            Err(first) => first,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_renewed_more_often_than_can_be_counted_is_another_local() {
        let key = LocalKey::new();
        let number = key.assign();
        key.0.fetch_or(!(GENERATION - 1), Ordering::Relaxed);
        key.renew();
        let renewed = key.assign();
        assert_ne!(renewed % GENERATION, number);
        assert!(renewed != UNASSIGNED && renewed < GENERATION);
    }

    #[test]
    fn a_key_never_assigned_stays_so_when_renewed() {
        let key = LocalKey::new();
        key.renew();
        assert_eq!(key.get(), UNASSIGNED);
    }
}
