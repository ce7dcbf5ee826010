//! The key of an `AsyncLocal` in mappings, given on first use so that an `AsyncLocal` can be made in a `const`.
//!
//! A key is the local's number in its low bits with how it crosses a spawn and, above, how often the local was disabled. A
//! value set under an older key is found by nobody, and replaced by whatever is set next.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::context::inheritance::{self, Crossing};
use crate::context::mapping::{Key, LOCAL_BITS};

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

    /// The key to set something under; none until [`assign`](Self::assign) has been called.
    #[inline]
    pub(crate) fn assigned(&self) -> Option<Key> {
        // Acquires what has been registered for the key.
        match self.0.load(Ordering::Acquire) {
            UNASSIGNED => None,
            key => Some(key),
        }
    }

    /// Gives the local a key. When two threads come here at once the first key stays, and the other is never used.
    pub(crate) fn assign(&self, crossing: Crossing) -> Key {
        let fresh = inheritance::register(next_number(), crossing);
        self.exchange(UNASSIGNED, fresh)
    }

    /// Makes values under the key until now impossible to find. After 2^24 times the local gets another number.
    pub(crate) fn renew(&self) {
        // There is nothing to renew in one that was never set.
        let Some(key) = self.assigned() else { return };
        let renumbered = || next_number() | key & inheritance::HAS_A_SAY;
        let renewed = key.checked_add(GENERATION).unwrap_or_else(renumbered);
        inheritance::register_again(key, renewed);
        self.exchange(key, renewed);
    }

    /// Of two threads that do so at once the first one's key stays, which is new for the other as well.
    fn exchange(&self, outdated: Key, renewed: Key) -> Key {
        match self.0.compare_exchange(outdated, renewed, Ordering::AcqRel, Ordering::Acquire) {
            Ok(_) => {
                inheritance::unregister(outdated);
                renewed
            }
            Err(first) => {
                inheritance::unregister(renewed);
                first
            }
        }
    }
}

/// What the local is set to in contexts that live on is as good as gone: nobody can ask for it.
impl Drop for LocalKey {
    fn drop(&mut self) {
        inheritance::unregister(*self.0.get_mut());
    }
}

fn next_number() -> Key {
    NEXT.fetch_add(1, Ordering::Relaxed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::context::inheritance::Fork;

    #[test]
    fn a_key_renewed_more_often_than_can_be_counted_is_another_local() {
        let key = LocalKey::new();
        let number = key.assign(Crossing::Always);
        key.0.fetch_or(!(GENERATION - 1), Ordering::Relaxed);
        key.renew();
        let renewed = key.assign(Crossing::Always);
        assert_ne!(renewed % GENERATION, number);
        assert!(renewed != UNASSIGNED && renewed < GENERATION);
    }

    fn forked() -> Crossing {
        Crossing::Fork(Fork::new("", |_| None))
    }

    #[test]
    fn a_key_is_forked_for_as_long_as_it_is_the_locals() {
        let key = LocalKey::new();
        let first = key.assign(forked());
        assert!(inheritance::is_forked(first));
        key.renew();
        let renewed = key.assign(Crossing::Always);
        assert!(inheritance::is_forked(renewed) && !inheritance::is_forked(first));
        key.0.fetch_or(!(GENERATION - 1), Ordering::Relaxed);
        let last = key.get();
        inheritance::register_again(renewed, last);
        key.renew();
        let renumbered = key.get();
        assert!(inheritance::is_forked(renumbered) && !inheritance::is_forked(last));
        drop(key);
        assert!(!inheritance::is_forked(renumbered));
    }

    #[test]
    fn a_key_never_assigned_stays_so_when_renewed() {
        let key = LocalKey::new();
        key.renew();
        assert_eq!(key.get(), UNASSIGNED);
    }
}
