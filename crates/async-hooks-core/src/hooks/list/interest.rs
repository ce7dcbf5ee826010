//! What events ask of the list of hooks, in one atomic word.
//!
//! Written under the list's lock, read without it.

use std::sync::atomic::Ordering;

use crate::hooks::events::Events;
use crate::sync::AtomicU64;

/// Whether hooks want an event, and the version of the list.
///
/// ```text
///   63     16 15         8 7        0
///   [ version ][ of all   ][ wanted ]     the events that any hook wants, and those that a hook wants of all resources
/// ```
pub(super) struct Interest<W>(W);

/// An atomic word, or one of a model that explores what a processor may reorder.
pub(super) trait Word {
    fn load(&self, order: Ordering) -> u64;
    fn store(&self, value: u64, order: Ordering);
}

/// The shift to the events that a hook wants of all resources.
pub(super) const OF_ALL: u32 = u8::BITS;

/// A bit of the word: a scope of a hook is open.
const SCOPED: u64 = 1 << Events::COUNT;

pub(super) const VERSION: u64 = 1 << (2 * u8::BITS);

/// Whether scopes of hooks were open when the word was this.
#[inline]
pub(crate) fn has_scopes_in(interest: u64) -> bool {
    interest & SCOPED != 0
}

/// Whether hooks want an event.
pub(crate) enum Wanted {
    Never,
    Always,
    /// Of those in scopes of hooks.
    InScopes,
}

impl<W: Word> Interest<W> {
    /// The word has to be 0: no hook is enabled.
    pub(super) const fn new(word: W) -> Self {
        Interest(word)
    }

    /// Whether any hook wants the event.
    #[inline(always)]
    pub(super) fn is_wanted(&self, event: Events) -> bool {
        // Relaxed is enough: a thread that must see a hook has synchronised with the thread that enabled it.
        self.0.load(Ordering::Relaxed) & u64::from(event.bits()) != 0
    }

    #[inline(always)]
    pub(super) fn wanted(&self, event: Events) -> Wanted {
        let interest = self.0.load(Ordering::Relaxed);
        let event = u64::from(event.bits());
        // In a program without hooks, one load and one test, as in `is_wanted`.
        if interest & event == 0 {
            Wanted::Never
        } else if interest & event << OF_ALL != 0 {
            Wanted::Always
        } else {
            Wanted::InScopes
        }
    }

    /// The whole word, which differs after each change of the list.
    #[inline(always)]
    pub(super) fn read(&self) -> u64 {
        self.0.load(Ordering::Acquire)
    }

    /// Writes the word of the next version, which is returned; under the list's lock.
    pub(super) fn publish(&self, wanting: u64, wanting_of_all: u64, has_scopes: bool) -> u64 {
        let version = self.0.load(Ordering::Relaxed) / VERSION + 1;
        let mut wanted = wanting | wanting_of_all << OF_ALL;
        if has_scopes {
            // Members of scopes are noted at `init` and forgotten at `destroy`, whatever their hooks want.
            wanted |= SCOPED | u64::from((Events::INIT | Events::DESTROY).bits());
        }
        self.0.store(version * VERSION + wanted, Ordering::Release);
        version
    }
}

impl Word for AtomicU64 {
    #[inline(always)]
    fn load(&self, order: Ordering) -> u64 {
        AtomicU64::load(self, order)
    }

    #[inline(always)]
    fn store(&self, value: u64, order: Ordering) {
        AtomicU64::store(self, value, order);
    }
}

#[cfg(all(test, async_hooks_model))]
mod model;
