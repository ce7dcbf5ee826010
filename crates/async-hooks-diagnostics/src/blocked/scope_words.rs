//! One open scope, in words that another thread may read while they are written.

use std::sync::atomic::{AtomicU64, Ordering};

use async_hooks_core::AsyncId;

use crate::alive::clock::Moment;
use crate::blocked::word::Word;

/// One entry of a slot.
#[derive(Debug, Default)]
pub(crate) struct ScopeWords<W = AtomicU64> {
    /// Counts the scopes of this thread; 0 while the entry is written or holds no open scope.
    ///
    /// The lowest bit is [`TIMED`].
    pub(crate) turn: W,
    pub(crate) id: W,
    pub(crate) since: W,
    /// Ticks spent in nested scopes that took too long themselves.
    pub(crate) discounted: W,
    /// The turn that the watchdog has reported.
    ///
    /// The thread writes it only when it moves the scope.
    pub(crate) reported: W,
}

/// Set if the scope may take only so long.
///
/// Otherwise it is here for those around it and inside.
pub(crate) const TIMED: u64 = 1;

/// A copy of an entry, made while its scope was open.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct OpenScope {
    pub(crate) id: u64,
    pub(crate) since: Moment,
    pub(crate) turn: u64,
    pub(crate) place: usize,
    pub(crate) discounted: u64,
}

impl<W: Word> ScopeWords<W> {
    #[inline]
    pub(crate) fn open(&self, turn: u64, id: AsyncId, now: Moment) {
        // The entry was closed before. A reader must not see the new words together with the old turn.
        W::fence(Ordering::Release);
        self.id.store(id.as_u64(), Ordering::Relaxed);
        self.since.store(now.ticks(), Ordering::Relaxed);
        self.discounted.store(0, Ordering::Relaxed);
        self.turn.store(turn, Ordering::Release);
    }

    /// Opens the same scope in another entry, with the same turn, and closes this one.
    pub(crate) fn move_to(&self, other: &Self) {
        let turn = self.turn.load(Ordering::Relaxed);
        self.close();
        W::fence(Ordering::Release);
        for (to, from) in [
            (&other.id, &self.id),
            (&other.since, &self.since),
            (&other.discounted, &self.discounted),
            (&other.reported, &self.reported),
        ] {
            to.store(from.load(Ordering::Relaxed), Ordering::Relaxed);
        }
        other.turn.store(turn, Ordering::Release);
    }

    #[inline]
    pub(crate) fn close(&self) {
        self.turn.store(0, Ordering::Relaxed);
    }

    /// `None` if no scope is open here, or if it changed while it was read.
    pub(crate) fn read(&self, place: usize) -> Option<OpenScope> {
        let turn = self.turn.load(Ordering::Acquire);
        let id = self.id.load(Ordering::Relaxed);
        let since = Moment::from_ticks(self.since.load(Ordering::Relaxed));
        let discounted = self.discounted.load(Ordering::Relaxed);
        W::fence(Ordering::Acquire);
        let is_same = turn != 0 && self.turn.load(Ordering::Relaxed) == turn;
        is_same.then_some(OpenScope { id, since, turn, place, discounted })
    }
}

#[cfg(all(test, async_hooks_model))]
mod model;
