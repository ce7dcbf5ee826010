//! The key of an `AsyncLocal` in mappings.
//!
//! It is assigned at first use, so that a `const` can make an `AsyncLocal`.
//!
//! ```text
//!   63          40 39           38 37    36       0
//!   [ generation ] [ policy bits ] [ stays ][ number ]
//! ```
//!
//! The number identifies the local. `disable` counts the generation up: no read finds a value that was set under an older
//! key, and the next value of the local takes its slot.

use std::sync::atomic::Ordering;

use crate::context::inheritance::{self, InheritPolicy};
use crate::context::mapping::node::{Key, LOCAL_BITS, STAYS, is_kept_free};
use crate::sync::AtomicU64;

#[derive(Debug)]
pub(crate) struct LocalKey(AtomicU64);

/// The key of a local that was never set.
const UNASSIGNED: Key = 0;

const GENERATION: Key = 1 << LOCAL_BITS;

/// The number of the first local.
///
/// The numbers 0 and 1 are those of hidden values: the scopes of hooks, and foreign contexts.
const FIRST: Key = UNASSIGNED + 2;
const _: () = assert!(FIRST > 1, "the first local would have the key of a hidden value, or none");

/// Counts up from 2, which keeps the trie of a mapping shallow.
static NEXT: AtomicU64 = AtomicU64::new(FIRST);

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

    /// Assigns a key, and returns the key of the local.
    ///
    /// If two threads do so at once, the first key stays and the other is never used.
    pub(crate) fn assign(&self, policy: InheritPolicy, stays: bool) -> Key {
        let stays = if stays { STAYS } else { 0 };
        let fresh = inheritance::register(next_number() | stays, policy);
        self.publish(UNASSIGNED, fresh)
    }

    /// Makes every value set so far impossible to find.
    pub(crate) fn renew(&self) {
        // A local that was never set has no value to hide.
        if let Some(key) = self.assigned() {
            self.renew_from(key);
        }
    }

    /// Renews the local unless another thread has done so since `key` was read.
    fn renew_from(&self, key: Key) {
        match key.checked_add(GENERATION) {
            Some(renewed) => self.advance(key, renewed),
            None => self.renumber(key),
        }
    }

    fn advance(&self, key: Key, renewed: Key) {
        // A failure means that another thread has renewed the local: its key is this one or a newer one.
        let _ = self.0.compare_exchange(key, renewed, Ordering::AcqRel, Ordering::Relaxed);
        // The second thread does not wait for the first: old values must not be forked after either of them returns.
        inheritance::retire_older_than(renewed);
    }

    /// Continues under another number when all generations of this one are used up.
    fn renumber(&self, key: Key) {
        self.publish(key, inheritance::register_again(next_number(), key));
    }

    /// Replaces `outdated` by a key whose number no other thread knows yet.
    ///
    /// Returns the key of the thread that was first.
    fn publish(&self, outdated: Key, fresh: Key) -> Key {
        let outcome = self.0.compare_exchange(outdated, fresh, Ordering::AcqRel, Ordering::Acquire);
        // Both threads do so, as in `advance`.
        inheritance::unregister(outdated);
        match outcome {
            Ok(_) => fresh,
            Err(first) => {
                inheritance::unregister(fresh);
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

/// Leaves out the numbers that would lie beside the scopes of hooks.
fn next_number() -> Key {
    loop {
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        if !is_kept_free(number) {
            return number;
        }
    }
}

#[cfg(test)]
mod tests;

#[cfg(all(test, async_hooks_model))]
mod model;
