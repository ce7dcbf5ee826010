//! What a mapping holds for a local while guards of it are live: the value, and how to end each guard.
//!
//! ```text
//!   slot ──▶ value 3, guard 9 ──▶ value 2, guard 7 ──▶ value 1 (what was set before any guard)
//! ```
//!
//! Each guard is a node that holds what it covers, so entering and leaving one costs the same however many are live. Serials
//! count up, so they fall along the chain: a search for a guard that has ended stops early.

use std::any::Any;
use std::sync::Arc;

use crate::context::mapping::found::Found;
use crate::context::mapping::node::{Key, Value};
use crate::context::mapping::setter::Setter;

/// The serial of a node that no guard has; guards count up from 1.
const NO_GUARD: u64 = 0;

/// A value set by a guard, or set while that guard was the last one live.
pub(crate) struct Guarded {
    pub(crate) value: Arc<dyn Any + Send + Sync>,
    serial: u64,
    /// What the local was before the guard.
    covered: Found,
}

impl Guarded {
    #[inline]
    pub(crate) fn of(stored: &(dyn Any + Send + Sync)) -> Option<&Self> {
        stored.downcast_ref()
    }

    fn found(found: &Found) -> Option<&Self> {
        found.set().filter(|_| found.is_guarded()).and_then(|(_, value)| Self::of(&**value.as_ref()?))
    }

    /// What a new guard puts into a mapping, where `covered` is.
    pub(crate) fn enter(
        key: Key,
        setter: Setter,
        value: Arc<dyn Any + Send + Sync>,
        serial: u64,
        covered: Found,
    ) -> Found {
        Found::of_guarded(key, setter, Some(Arc::new(Guarded { value, serial, covered })))
    }

    /// What `enter_with` puts into a mapping, where `there` is: guards that are live stay so.
    ///
    /// The very value that is there gets a node without a guard, so that it counts as set anew.
    pub(crate) fn replace(key: Key, setter: Setter, value: Arc<dyn Any + Send + Sync>, there: &Found) -> Found {
        match Self::found(there) {
            Some(top) => Self::enter(key, setter, value, top.serial, top.covered.clone()),
            None if there.holds(&value) => Self::enter(key, setter, value, NO_GUARD, Found::NOTHING),
            None => Found::of(key, setter, Some(value)),
        }
    }

    /// What the local becomes when this guard ends, and with it those entered after it; nothing if it has ended before.
    pub(crate) fn end(there: &Found, serial: u64) -> Option<Found> {
        let mut guarded = Self::found(there)?;
        while guarded.serial > serial {
            guarded = Self::found(&guarded.covered)?;
        }
        (guarded.serial == serial).then(|| guarded.covered.clone())
    }

    /// The same guards on top of `replacement`, where `ended` is what the first of them covers.
    pub(crate) fn rebase(there: &Found, ended: &Found, replacement: &Found, setter: Setter) -> Option<Found> {
        let mut guards = Vec::new();
        let mut covered = there;
        while let Some(guarded) = Self::found(covered).filter(|_| !covered.is_same(ended)) {
            guards.push((covered.set()?.0, guarded));
            covered = &guarded.covered;
        }
        let wrap = |below, (key, guarded): (Key, &Guarded)| {
            Self::enter(key, setter, Arc::clone(&guarded.value), guarded.serial, below)
        };
        covered.is_same(ended).then(|| guards.into_iter().rev().fold(replacement.clone(), wrap))
    }

    /// Takes out what is covered, if this was the last to hold the node.
    fn into_covered(stored: Value) -> Option<Found> {
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
