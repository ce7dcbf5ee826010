//! The key of an `AsyncLocal` in mappings, given on first use so that an `AsyncLocal` can be made in a `const`.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::mapping::Key;

/// Unassigned at first. Disabling a local forgets its key: values under the old key can never be found again.
#[derive(Debug)]
pub(crate) struct LocalKey(AtomicU64);

const UNASSIGNED: Key = 0;

/// Dense from 1, so that the trie of a mapping stays shallow.
static NEXT: AtomicU64 = AtomicU64::new(UNASSIGNED + 1);

impl LocalKey {
    pub(crate) const fn new() -> Self {
        LocalKey(AtomicU64::new(UNASSIGNED))
    }

    /// The key, if anything was ever set under it.
    #[inline]
    pub(crate) fn assigned(&self) -> Option<Key> {
        // Relaxed is enough: a mapping that has the key reached this thread by something that synchronises.
        let key = self.0.load(Ordering::Relaxed);
        (key != UNASSIGNED).then_some(key)
    }

    /// The key to set something under.
    #[inline]
    pub(crate) fn assign(&self) -> Key {
        self.assigned().unwrap_or_else(|| self.assign_first())
    }

    pub(crate) fn forget(&self) {
        self.0.store(UNASSIGNED, Ordering::Relaxed);
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
