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
/// ```text
///   63        1        0
///   [ entries ][ attached ]
/// ```
///
/// `entries` is 0 while nothing is listed as entered; else one more than the depth of the last entry; [`ALL`](Self::ALL) while
/// something that was left out of order waits for its level. `attached` says whether foreign contexts are attached.
pub(crate) struct Watch(Cell<u64>);

impl Watch {
    const ATTACHED: u64 = 1;
    const ENTRY: u64 = 2;
    const ALL: u64 = u64::MAX - Self::ATTACHED;

    pub(crate) const fn new() -> Self {
        Watch(Cell::new(0))
    }

    /// Whether leaving the level at this depth has to look at the list.
    #[inline]
    pub(crate) fn is_for_leaving(&self, depth: Depth) -> bool {
        self.0.get() / Self::ENTRY > depth.0
    }

    /// Whether anything at all is listed.
    #[inline]
    pub(crate) fn has_entries(&self) -> bool {
        self.0.get() >= Self::ENTRY
    }

    /// Whether leaving a level is more than an exchange.
    #[inline]
    pub(crate) fn is_set(&self) -> bool {
        self.0.get() != 0
    }

    #[inline]
    pub(crate) fn has_attached(&self) -> bool {
        self.0.get() & Self::ATTACHED != 0
    }

    pub(crate) fn note_attached(&self, is_attached: bool) {
        self.0.set(self.0.get() & !Self::ATTACHED | u64::from(is_attached));
    }

    fn set_entries(&self, entries: u64) {
        self.0.set(entries | self.0.get() & Self::ATTACHED);
    }

    fn of_last(last: Option<Depth>) -> u64 {
        last.map_or(0, |depth| (depth.0 + 1) * Self::ENTRY)
    }

    /// Something was listed at this depth, which is that of the thread.
    #[inline]
    pub(crate) fn note_entry(&self, depth: Depth) {
        self.0.set(self.0.get().max(Self::of_last(Some(depth)) | self.0.get() & Self::ATTACHED));
    }

    /// The last entry is of this depth now, if there is any; something may wait for its level.
    pub(crate) fn note_last(&self, last: Option<Depth>, is_waiting: bool) {
        self.set_entries(if is_waiting { Self::ALL } else { Self::of_last(last) });
    }

    /// As [`note_last`](Self::note_last), for an entry that was left in order.
    #[inline]
    pub(crate) fn note_last_unless_waiting(&self, last: Option<Depth>) {
        if self.0.get() < Self::ALL {
            self.set_entries(Self::of_last(last));
        }
    }
}
