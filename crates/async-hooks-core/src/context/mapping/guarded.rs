//! A local's value while guards of it are live, and how each guard ends.
//!
//! ```text
//!   slot ──▶ value 3, guard 9 ──▶ value 2, guard 7 ──▶ value 1 (what was set before any guard)
//! ```
//!
//! Each guard is a node that holds what it covers, so entering and leaving one costs the same however many are live. Serials
//! count up, so they fall along the chain: a search for a guard that has ended stops early.

use std::any::Any;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::context::mapping::node::{Key, Value};
use crate::context::mapping::previous::Previous;
use crate::context::mapping::setter::Setter;

/// The serial of a node that no guard has; guards count up from 1.
const NO_GUARD: u64 = 0;

static NEWEST_SERIAL: AtomicU64 = AtomicU64::new(NO_GUARD);

/// A serial for a guard, or for a value that is listed.
pub(crate) fn next_serial() -> u64 {
    NEWEST_SERIAL.fetch_add(1, Ordering::Relaxed) + 1
}

/// The serial that was drawn last: later guards have greater ones.
pub(crate) fn newest_serial() -> u64 {
    NEWEST_SERIAL.load(Ordering::Relaxed)
}

type Stored = Arc<dyn Any + Send + Sync>;

/// A value set by a guard, or set while that guard was the last one live.
pub(crate) struct Guarded {
    pub(crate) value: Stored,
    serial: u64,
    /// What the local was before the guard.
    covered: Previous,
}

impl Guarded {
    #[inline]
    pub(crate) fn of(stored: &(dyn Any + Send + Sync)) -> Option<&Self> {
        stored.downcast_ref()
    }

    fn found(found: &Previous) -> Option<&Self> {
        found.set().filter(|_| found.is_guarded()).and_then(|(_, value)| Self::of(&**value.as_ref()?))
    }

    /// What a new guard puts into a mapping, where `covered` is.
    pub(crate) fn enter(key: Key, setter: Setter, value: Stored, serial: u64, covered: Previous) -> Previous {
        Previous::of_guarded(key, setter, Some(Arc::new(Guarded { value, serial, covered })))
    }

    /// The node that `enter_with` puts in place of `there`.
    ///
    /// Guards entered after `since` stay live. A node that a context has captured is no guard of its own.
    ///
    /// A value that could be taken for one that was set before gets a node without a guard: the very value that is there, and each
    /// one in a context that a span has brought (`since` is its serial then).
    pub(crate) fn replace(key: Key, setter: Setter, value: Stored, there: &Previous, since: Option<u64>) -> Previous {
        let is_there = there.set().is_some_and(|(_, there)| Self::read(there) == Some(Arc::as_ptr(&value).cast()));
        match Self::found(there).filter(|_| there.is_set_by(setter)) {
            Some(top) if top.serial > since.unwrap_or(NO_GUARD) => {
                Self::enter(key, setter, value, top.serial, top.covered.clone())
            }
            _ if since.is_some() || is_there => Self::enter(key, setter, value, NO_GUARD, Previous::NOTHING),
            _ => Previous::of(key, setter, Some(value)),
        }
    }

    /// The new value, in another node even if it is the same value, so that it counts as set.
    pub(crate) fn set_again(set: Previous, there: &Previous) -> Previous {
        match (set.set(), set.setter()) {
            (Some((key, Some(value))), Some(setter)) if !set.is_guarded() && set.is_same(there) => {
                Self::enter(key, setter, Arc::clone(value), NO_GUARD, Previous::NOTHING)
            }
            _ => set,
        }
    }

    /// The local's value once this guard and those entered after it end; nothing if it has ended.
    pub(crate) fn end(there: &Previous, serial: u64) -> Option<Previous> {
        Self::holder(there, serial).and_then(Self::found).map(|guarded| guarded.covered.clone())
    }

    /// As [`end`](Self::end), if this setter has entered the guard; a captured copy has another.
    pub(crate) fn end_of(there: &Previous, serial: u64, setter: Setter) -> Option<Previous> {
        let holder = Self::holder(there, serial).filter(|holder| holder.is_set_by(setter))?;
        Self::found(holder).map(|guarded| guarded.covered.clone())
    }

    /// What holds the node of this guard.
    fn holder(there: &Previous, serial: u64) -> Option<&Previous> {
        let mut holder = there;
        while Self::found(holder)?.serial > serial {
            holder = &Self::found(holder)?.covered;
        }
        (Self::found(holder)?.serial == serial).then_some(holder)
    }

    /// The serial of the guard that was entered last and is live.
    pub(crate) fn newest(there: &Previous) -> u64 {
        Self::found(there).map_or(NO_GUARD, |guarded| guarded.serial)
    }

    /// Whether both read the same, with guards or without.
    pub(crate) fn is_same_value(one: &Previous, other: &Previous) -> bool {
        match (one.set(), other.set()) {
            (Some((key, value)), Some((other_key, other))) => {
                key == other_key && Self::read(value) == Self::read(other)
            }
            (None, None) => true,
            _ => false,
        }
    }

    /// Where the value lies that a read finds.
    fn read(value: &Value) -> Option<*const ()> {
        let stored = value.as_ref()?;
        let value = Self::of(&**stored).map_or(stored, |guarded| &guarded.value);
        Some(Arc::as_ptr(value).cast())
    }

    /// What lies below the guards that were entered after `since`.
    pub(crate) fn without_later(there: &Previous, since: u64) -> &Previous {
        let mut below = there;
        while let Some(guarded) = Self::found(below).filter(|guarded| guarded.serial > since) {
            below = &guarded.covered;
        }
        below
    }

    /// The guards entered after `since`, on top of `below`.
    ///
    /// `below` makes the value that the first of them covers. Nothing if there are none.
    pub(crate) fn moved(
        there: &Previous,
        since: u64,
        setter: Setter,
        below: impl FnOnce(&Previous) -> Previous,
    ) -> Option<Previous> {
        let mut guards = Vec::new();
        let mut covered = there;
        while let Some(guarded) = Self::found(covered).filter(|guarded| guarded.serial > since) {
            guards.push((covered.set()?.0, guarded));
            covered = &guarded.covered;
        }
        let put = |covered, (key, guarded): (Key, &Guarded)| {
            Self::enter(key, setter, Arc::clone(&guarded.value), guarded.serial, covered)
        };
        (!guards.is_empty()).then(|| guards.into_iter().rev().fold(below(covered), put))
    }

    /// Takes out what is covered, if this was the last to hold the node.
    fn into_covered(stored: Value) -> Option<Previous> {
        let node = stored?.downcast::<Self>().ok()?;
        Arc::into_inner(node).map(|mut node| node.covered.take())
    }
}

impl Drop for Guarded {
    /// One node after the other: dropped by each other, many would need as much stack.
    fn drop(&mut self) {
        let mut covered = self.covered.take();
        while let Some(next) = covered.into_guarded().and_then(Self::into_covered) {
            covered = next;
        }
    }
}
