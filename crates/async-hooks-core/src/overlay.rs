//! One local set for a while, on top of whatever else is set: for the length of a call, or over the polls of a future.

use std::fmt;
use std::mem;

use crate::context;
use crate::lasting;
use crate::mapping::{Found, Key, Mapping, Value};
use crate::open_poll;

/// One local is set until this is dropped, and then is what it was; changes to other locals stay.
pub(crate) struct Overlaid {
    key: Key,
    previous: Found,
}

impl Overlaid {
    #[inline]
    pub(crate) fn new(key: Key, value: Value) -> Self {
        Overlaid { key, previous: context::put_back(key, Found::of(key, value)) }
    }
}

impl Drop for Overlaid {
    #[inline]
    fn drop(&mut self) {
        let ended = context::put_back(self.key, self.previous.take());
        open_poll::note_end_of_overlay();
        // Last, since it may be foreign code: a value's own drop.
        drop(ended);
    }
}

/// One local set over the polls of a future.
///
/// The future has a mapping of its own from poll to poll, so that what it enters stays with it and never with its poller.
/// It also sees what its surroundings have changed between two polls, where it has not changed the same itself. When it
/// is done, what it entered is handed to its surroundings, except the overlaid local.
pub(crate) struct Overlay {
    key: Key,
    /// What the local is to be; taken by the first poll.
    value: Option<Value>,
    /// The future's own mapping between polls; while it is polled, the surrounding one.
    mapping: Mapping,
    /// The surrounding mapping that the own one is based on.
    base: Mapping,
    /// The own mapping as it is for as long as the future enters nothing.
    untouched: Mapping,
    until_dropped: bool,
}

impl Overlay {
    /// Based on nothing at first: the first poll finds out what surrounds it.
    pub(crate) fn new(key: Key, value: Value) -> Self {
        let (mapping, base, untouched) = (Mapping::EMPTY, Mapping::EMPTY, Mapping::EMPTY);
        Overlay { key, value: Some(value), mapping, base, untouched, until_dropped: false }
    }

    #[inline]
    pub(crate) fn enter(&mut self) -> Entered<'_> {
        let outdated = self.exchange();
        let entered = Entered(self);
        // Only now, when unwinding would leave again: these may be the last of values, whose own drop may panic.
        drop(outdated);
        entered
    }

    /// Enters for good: fields of the owner declared before this one are dropped inside.
    pub(crate) fn enter_until_dropped(&mut self) {
        self.until_dropped = true;
        drop(self.exchange());
    }

    #[inline]
    fn exchange(&mut self) -> Option<Box<Outdated>> {
        if let Some(value) = self.value.take() {
            self.enter_first(value);
            return None;
        }
        context::enter(&mut self.mapping);
        let is_unchanged = self.mapping.is_same(&self.base) || self.mapping.is_empty() && self.base.is_empty();
        if is_unchanged { None } else { Some(Box::new(self.rebase())) }
    }

    #[inline(never)]
    fn enter_first(&mut self, value: Value) {
        self.base = context::current();
        self.mapping = self.base.clone();
        drop(self.mapping.set(self.key, value));
        self.untouched = self.mapping.clone();
        context::enter(&mut self.mapping);
    }

    /// The surroundings are not those of the last poll: repeats on the new ones what was set on the old ones.
    #[cold]
    fn rebase(&mut self) -> Outdated {
        let surrounding = self.mapping.clone();
        let mut own = Mapping::EMPTY;
        context::swap(&mut own);
        let mut rebased = surrounding.clone();
        let mut replaced = own.repeat_changes(&self.base, &mut rebased);
        replaced.push(rebased.copy_from(&own, self.key));
        let mut untouched = rebased.clone();
        if own.is_same(&self.untouched) {
            mem::swap(&mut self.untouched, &mut untouched);
        }
        context::swap(&mut rebased);
        let base = mem::replace(&mut self.base, surrounding);
        Outdated { _mappings: [own, base, untouched], _replaced: replaced }
    }

    /// The future is done, and left: its surroundings get what it entered, except the overlaid local.
    #[inline]
    pub(crate) fn hand_over(&self) {
        if !self.mapping.is_same(&self.untouched) {
            self.hand_over_changes();
        }
    }

    #[cold]
    fn hand_over_changes(&self) {
        drop(lasting::change(|surrounding| {
            let replaced = self.mapping.repeat_changes(&self.base, surrounding);
            (replaced, surrounding.copy_from(&self.base, self.key))
        }));
    }
}

/// What rebasing has replaced, to be dropped when the thread is in order.
struct Outdated {
    _mappings: [Mapping; 3],
    _replaced: Vec<Found>,
}

impl Drop for Overlay {
    #[inline]
    fn drop(&mut self) {
        if self.until_dropped {
            context::leave(&mut self.mapping);
        }
    }
}

impl fmt::Debug for Overlay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Overlay").field("key", &self.key).finish_non_exhaustive()
    }
}

pub(crate) struct Entered<'a>(&'a mut Overlay);

impl Drop for Entered<'_> {
    #[inline]
    fn drop(&mut self) {
        context::leave(&mut self.0.mapping);
    }
}
