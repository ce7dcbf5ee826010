//! How deep a thread is in levels, and what it watches for when it leaves one.
//!
//! A *level* is a context that something brings to the thread and takes off again in the opposite order: a resource's scope, a
//! poll, a snapshot's call, a poll of an `AsyncLocalFuture`. Spans, drivers and guards are no levels, because a program may
//! leave them in any order; each belongs to the level in which it was entered.

use std::cell::Cell;

/// Numbers the levels of a thread from the outside in.
///
/// ```text
///   63        30 29     0
///   [ resources ][ levels ]
/// ```
///
/// Entering adds and leaving subtracts, so a count that overflows into the next does no harm: a level further in is greater all
/// the same.
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
    const RESOURCE: u64 = Self::CONTEXT | 1 << Self::LEVEL_BITS;
    const LEVEL_BITS: u32 = 30;

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
        self.0 >> Self::LEVEL_BITS == other.0 >> Self::LEVEL_BITS
    }

    /// How many levels bring ids, as far as that fits above this many bits, which are 0.
    #[inline]
    pub(crate) fn resources_above(self, bits: u32) -> u64 {
        self.0 >> Self::LEVEL_BITS << bits
    }
}

/// One word that keeps the usual paths short.
///
/// While it is 0, leaving a level and setting a value are plain swaps.
///
/// It is 0 while nothing is listed as entered; else one more than the depth of the last entry; [`ALL`](Self::ALL) while something
/// that was left out of order waits for its level.
pub(crate) struct Watch(Cell<u64>);

impl Watch {
    const ALL: u64 = u64::MAX;

    pub(crate) const fn new() -> Self {
        Watch(Cell::new(0))
    }

    /// Whether leaving the level at this depth has to look at the list.
    #[inline]
    pub(crate) fn is_for_leaving(&self, depth: Depth) -> bool {
        self.0.get() > depth.0
    }

    /// Whether anything at all is listed.
    #[inline]
    pub(crate) fn has_entries(&self) -> bool {
        self.0.get() != 0
    }

    /// Something was listed at this depth, which is that of the thread.
    #[inline]
    pub(crate) fn note_entry(&self, depth: Depth) {
        self.0.set(self.0.get().max(depth.0 + 1));
    }

    /// The last entry is of this depth now, if there is any; something may wait for its level.
    pub(crate) fn note_last(&self, last: Option<Depth>, is_waiting: bool) {
        self.0.set(match last {
            _ if is_waiting => Self::ALL,
            Some(depth) => depth.0 + 1,
            None => 0,
        });
    }

    /// As [`note_last`](Self::note_last), for an entry that was left in order.
    #[inline]
    pub(crate) fn note_last_unless_waiting(&self, last: Option<Depth>) {
        if self.0.get() != Self::ALL {
            self.0.set(last.map_or(0, |depth| depth.0 + 1));
        }
    }
}
