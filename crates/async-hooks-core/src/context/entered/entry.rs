//! One thing entered on a thread that may be left in any order.

use std::panic::Location;

use crate::context::depth::Depth;
use crate::context::mapping::Mapping;
use crate::context::mapping::node::Key;
use crate::context::mapping::setter::Setter;
use crate::identity::id::AsyncId;
use crate::identity::resource::Resource;

/// Pairs an enter with its leave: who enters, and that one's own number for what it enters.
///
/// Not reused while entered.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct EntryKey(pub u64, pub u64);

/// An entry of the list: flat, so that it is written and removed without a drop.
///
/// What it covers besides the ids is in a second list, in the same order.
#[derive(Clone, Copy)]
pub(super) struct Entry {
    pub(super) resource: Resource,
    /// What executes below.
    pub(super) previous: Resource,
    /// Of a value: its serial and its local.
    pub(super) key: EntryKey,
    /// The level in which it was entered.
    pub(super) depth: Depth,
    pub(super) state: State,
}

/// ```text
///   Entered ───────── left ──▶ LeftInside ──────────── its level is back ──▶ gone
///   Bringing ──────── left ──▶ LeftBringingInside ──── its level is back ──▶ gone
///                                     └ a level that has ids of its own is back ──▶ LeftContextInside ── its level ──▶ gone
///   Value ─────────── ends ──▶ gone
/// ```
///
/// Whatever is left in its own level is gone at once. A level that is open inside holds a copy of what was below, out of reach;
/// so what is left then waits for that level's end.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum State {
    /// A span or a driver, which has brought its ids alone.
    Entered,
    /// A span that has brought its context as well.
    Bringing,
    /// Left while a level of a resource was open inside.
    LeftInside,
    /// Left while a level was open inside; both its ids and its context wait.
    LeftBringingInside,
    /// Left while a level was open inside; its ids have been handed on, its context waits.
    LeftContextInside,
    /// A value set for a call, in a context that a span has brought or over a guard.
    Value,
}

impl State {
    /// Whether its resource is entered and was not left.
    #[inline]
    pub(super) fn is_entered(self) -> bool {
        matches!(self, State::Entered | State::Bringing)
    }

    pub(super) fn is_left(self) -> bool {
        matches!(self, State::LeftInside | State::LeftBringingInside | State::LeftContextInside)
    }

    /// Whether the context above it is what it has brought.
    pub(super) fn brings(self) -> bool {
        matches!(self, State::Bringing | State::LeftBringingInside | State::LeftContextInside)
    }

    /// Whether it stands between what executes below and what executes above.
    pub(super) fn has_ids(self) -> bool {
        !matches!(self, State::LeftContextInside | State::Value)
    }

    /// The state once it is left.
    pub(super) fn left(self) -> State {
        match self {
            State::Entered => State::LeftInside,
            State::Bringing => State::LeftBringingInside,
            other => other,
        }
    }
}

impl Entry {
    pub(super) fn value(depth: Depth, serial: u64, local: Key) -> Self {
        let (resource, key) = (Resource::ROOT, EntryKey(serial, local));
        Entry { resource, previous: resource, key, depth, state: State::Value }
    }

    /// The serial and the local of a value.
    pub(super) fn as_value(&self) -> Option<(u64, Key)> {
        (self.state == State::Value).then_some((self.key.0, self.key.1))
    }
}

/// The context of a span that brings one.
pub(super) struct Brought {
    /// What marks the values that the span took along, or that were set inside it.
    pub(super) setter: Setter,
    /// The snapshot's call in which the span was entered; 0 where it was in none.
    pub(super) call: u64,
    pub(super) captured: Mapping,
    /// The context below.
    pub(super) covered: Mapping,
    /// Guards with greater serials were entered since.
    pub(super) since: u64,
}

/// A guard, as its drop finds what it has set.
#[derive(Clone, Copy, Debug)]
pub(crate) struct GuardEnd {
    /// Where it was entered.
    pub(crate) line: &'static Location<'static>,
    pub(crate) local: Key,
    pub(crate) serial: u64,
    /// In which level it was entered, in which snapshot's call, and what executed there.
    pub(crate) depth: Depth,
    pub(crate) call: u64,
    pub(crate) resource: AsyncId,
    /// How many futures had handed over.
    ///
    /// A later one may have moved the guard to what surrounds it.
    pub(crate) handed_over: u32,
}

/// A guard that was dropped inside of a level that is not its own.
pub(super) struct WaitingGuard {
    pub(super) guard: GuardEnd,
    /// Levels further out than this were open when it was dropped, and are open still.
    pub(super) dropped_at: Depth,
}
