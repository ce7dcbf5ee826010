//! One thing entered on a thread that may be left in any order.

use std::panic::Location;

use crate::context::depth::Depth;
use crate::context::mapping::Mapping;
use crate::context::node::Key;
use crate::context::setter::Setter;
use crate::identity::id::AsyncId;
use crate::identity::resource::Resource;

/// Pairs an enter with its leave: who enters, and that one's own number for what it enters. Not reused while entered.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct EntryKey(pub u64, pub u64);

/// Owns nothing, so that to take one out of the list is to forget it; what it covers lies beside, in the same order.
#[derive(Clone, Copy)]
pub(super) struct Entry {
    /// The level in which it was entered.
    pub(super) depth: Depth,
    /// Left while a level inside was open. That level still holds a copy of what was below, so this waits for its end.
    pub(super) is_left: bool,
    pub(super) what: What,
}

#[derive(Clone, Copy)]
pub(super) enum What {
    /// A span or a driver: brings ids, and a span may bring a context.
    Resource(EnteredResource),
    /// A value set for a call in a context that a span has brought, or over a guard.
    Value { serial: u64, local: Key },
}

#[derive(Clone, Copy)]
pub(super) struct EnteredResource {
    pub(super) key: EntryKey,
    pub(super) resource: Resource,
    /// What executes below.
    pub(super) previous: Resource,
    /// Whether ids are still its own; it hands them on first where a level inside has brought a context alone.
    pub(super) has_ids: bool,
    pub(super) brings: bool,
}

/// The context of a span that brings one.
pub(super) struct Brought {
    /// What marks the values that the span took along, or that were set inside it.
    pub(super) setter: Setter,
    pub(super) captured: Mapping,
    /// The context below.
    pub(super) covered: Mapping,
}

/// A guard, as its drop finds what it has set.
#[derive(Clone, Copy, Debug)]
pub(crate) struct GuardEnd {
    /// Where it was entered.
    pub(crate) line: &'static Location<'static>,
    pub(crate) local: Key,
    pub(crate) serial: u64,
    /// In which level it was entered, and what executed there.
    pub(crate) depth: Depth,
    pub(crate) resource: AsyncId,
}

impl Entry {
    #[inline]
    pub(super) fn new(depth: Depth, what: What) -> Self {
        Entry { depth, is_left: false, what }
    }

    #[inline]
    pub(super) fn resource(&self) -> Option<&EnteredResource> {
        match &self.what {
            What::Resource(entered) => Some(entered),
            _ => None,
        }
    }

    #[inline]
    pub(super) fn brings(&self) -> bool {
        self.resource().is_some_and(|entered| entered.brings)
    }

    pub(super) fn is_value(&self) -> bool {
        matches!(self.what, What::Value { .. })
    }
}
