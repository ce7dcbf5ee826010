//! How deep a thread is in levels, and what it watches for when it leaves one.
//!
//! A *level* is a context that something brings to the thread and takes off again in the opposite order: a resource's scope, a
//! poll, a snapshot's call, a poll of an `AsyncLocalFuture`. Spans, drivers and guards are no levels, because a program may
//! leave them in any order; each belongs to the level in which it was entered.

use std::cell::Cell;

/// Numbers the levels of a thread from the outside in. The upper bits count those that bring ids as well: a resource's levels.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct Depth(u64);

impl Depth {
    /// The thread itself.
    pub(crate) const THREAD: Depth = Depth(0);

    /// No level has this depth.
    pub(crate) const NONE: Depth = Depth(u64::MAX);

    pub(crate) fn is_thread(self) -> bool {
        self == Depth::THREAD
    }

    const CONTEXT: u64 = 1;
    const RESOURCE: u64 = 1 << 30 | Self::CONTEXT;

    /// A level further in, which brings a context alone.
    #[inline]
    pub(crate) fn in_context(self) -> Depth {
        Depth(self.0.wrapping_add(Self::CONTEXT))
    }

    #[inline]
    pub(crate) fn out_of_context(self) -> Depth {
        Depth(self.0.wrapping_sub(Self::CONTEXT))
    }

    /// A level further in, which brings a context and ids.
    #[inline]
    pub(crate) fn in_resource(self) -> Depth {
        Depth(self.0.wrapping_add(Self::RESOURCE))
    }

    #[inline]
    pub(crate) fn out_of_resource(self) -> Depth {
        Depth(self.0.wrapping_sub(Self::RESOURCE))
    }

    /// Whether no level that brings ids lies between the two.
    pub(crate) fn has_ids_of(self, other: Depth) -> bool {
        self.0 >> 30 == other.0 >> 30
    }
}

/// Two words that keep the usual paths short: while both are 0, leaving a level and setting a value are mere exchanges.
pub(crate) struct Watch {
    /// 0 while nothing is listed as entered; else one more than the depth of the last entry; [`ALL`](Self::ALL) while something
    /// that was left out of order waits for its level.
    entered: Cell<u64>,
    /// The depth of the innermost level that a snapshot has brought; 0 outside of all.
    snapshot: Cell<u64>,
}

impl Watch {
    const ALL: u64 = u64::MAX;

    pub(crate) const fn new() -> Self {
        Watch { entered: Cell::new(0), snapshot: Cell::new(0) }
    }

    /// Whether leaving the level at this depth has to look at the list.
    #[inline]
    pub(crate) fn is_for_leaving(&self, depth: Depth) -> bool {
        self.entered.get() > depth.0
    }

    /// Whether anything at all is listed.
    #[inline]
    pub(crate) fn has_entries(&self) -> bool {
        self.entered.get() != 0
    }

    /// Whether setting a value has to ask who sets it.
    #[inline]
    pub(crate) fn is_for_setting(&self) -> bool {
        self.entered.get() | self.snapshot.get() != 0
    }

    /// Something was listed at this depth, which is that of the thread.
    #[inline]
    pub(crate) fn note_entry(&self, depth: Depth) {
        self.entered.set(self.entered.get().max(depth.0 + 1));
    }

    /// The last entry is of this depth now, if there is any; something may wait for its level.
    #[inline]
    pub(crate) fn note_last(&self, last: Option<Depth>, is_waiting: bool) {
        self.entered.set(match last {
            _ if is_waiting => Self::ALL,
            Some(depth) => depth.0 + 1,
            None => 0,
        });
    }

    /// As [`note_last`](Self::note_last), for an entry that was left in order.
    #[inline]
    pub(crate) fn note_last_unless_waiting(&self, last: Option<Depth>) {
        if self.entered.get() != Self::ALL {
            self.entered.set(last.map_or(0, |depth| depth.0 + 1));
        }
    }

    /// The level at this depth is a snapshot's. Returns what to put back when it is left.
    #[inline]
    pub(crate) fn enter_snapshot(&self, depth: Depth) -> u64 {
        self.snapshot.replace(depth.0)
    }

    #[inline]
    pub(crate) fn leave_snapshot(&self, outer: u64) {
        self.snapshot.set(outer);
    }

    /// The depth of the snapshot whose values the executing resource sees at this depth, if it is a snapshot's.
    pub(crate) fn snapshot_at(&self, depth: Depth) -> Option<Depth> {
        let snapshot = Depth(self.snapshot.get());
        (snapshot != Depth::THREAD && snapshot.has_ids_of(depth)).then_some(snapshot)
    }
}
