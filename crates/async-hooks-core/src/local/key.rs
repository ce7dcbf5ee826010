//! The key of an `AsyncLocal` in mappings, assigned at first use so that a `const` can make an `AsyncLocal`.
//!
//! ```text
//!   63          40 39           38 37         0
//!   [ generation ] [ policy bits ] [ number  ]
//! ```
//!
//! The number identifies the local. `disable` counts the generation up: no read finds a value that was set under an older
//! key, and the next value of the local takes its slot.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::context::inheritance::{self, InheritPolicy};
use crate::context::mapping::{Key, LOCAL_BITS};

#[derive(Debug)]
pub(crate) struct LocalKey(AtomicU64);

/// The key of a local that was never set.
const UNASSIGNED: Key = 0;

const GENERATION: Key = 1 << LOCAL_BITS;

/// Counts up from 1, which keeps the trie of a mapping shallow.
static NEXT: AtomicU64 = AtomicU64::new(UNASSIGNED + 1);

impl LocalKey {
    pub(crate) const fn new() -> Self {
        LocalKey(AtomicU64::new(UNASSIGNED))
    }

    /// The key to read with; no mapping contains it if the local was never set.
    #[inline]
    pub(crate) fn get(&self) -> Key {
        // Relaxed is enough: a mapping with the key reached this thread by an operation that synchronises.
        self.0.load(Ordering::Relaxed)
    }

    /// The key to set a value under; `None` until [`assign`](Self::assign) has been called.
    #[inline]
    pub(crate) fn assigned(&self) -> Option<Key> {
        // Acquires the policy that was registered for the key.
        match self.0.load(Ordering::Acquire) {
            UNASSIGNED => None,
            key => Some(key),
        }
    }

    /// Assigns a key. If two threads do so at once, the first key stays and the other is never used.
    pub(crate) fn assign(&self, policy: InheritPolicy) -> Key {
        let fresh = inheritance::register(next_number(), policy);
        self.exchange(UNASSIGNED, fresh)
    }

    /// Makes every value set so far impossible to find. After 2^24 times the local gets another number.
    pub(crate) fn renew(&self) {
        // A local that was never set has no value to hide.
        let Some(key) = self.assigned() else { return };
        let renumbered = || next_number() | key & inheritance::POLICY_BITS;
        let renewed = key.checked_add(GENERATION).unwrap_or_else(renumbered);
        inheritance::register_again(key, renewed);
        self.exchange(key, renewed);
    }

    /// If two threads do so at once, the key of the first stays, which is new for the second as well.
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

/// Contexts may still hold values of the local; no read can ask for them.
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
    fn a_key_renewed_at_its_last_generation_gets_another_number() {
        let key = LocalKey::new();
        let number = key.assign(InheritPolicy::Always);
        key.0.fetch_or(!(GENERATION - 1), Ordering::Relaxed);
        key.renew();
        let renewed = key.assign(InheritPolicy::Always);
        assert_ne!(renewed % GENERATION, number);
        assert!(renewed != UNASSIGNED && renewed < GENERATION);
    }

    fn fork() -> InheritPolicy {
        InheritPolicy::Fork(Fork::new("", |_| None))
    }

    #[test]
    fn only_values_under_the_newest_key_of_a_local_are_forked() {
        let key = LocalKey::new();
        let first = key.assign(fork());
        assert!(inheritance::is_forked(first));
        key.renew();
        let renewed = key.assign(InheritPolicy::Always);
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
    fn renewing_a_key_never_assigned_leaves_it_unassigned() {
        let key = LocalKey::new();
        key.renew();
        assert_eq!(key.get(), UNASSIGNED);
    }
}
