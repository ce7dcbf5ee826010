//! One local set for a while, on top of whatever else is set: for the length of a call, or over the polls of a future.

use std::fmt;
use std::mem;

use crate::context::current;
use crate::context::mapping::{Found, Key, Mapping, Value};

/// One local is set until this is dropped, and then is what it was; changes to other locals stay.
pub(crate) struct Overlaid {
    key: Key,
    /// What the local was, while it is set; dropped last, since that may be foreign code: a value's own drop.
    replaced: Found,
}

impl Overlaid {
    #[inline]
    pub(crate) fn new(key: Key, value: Value) -> Self {
        let mut overlaid = Overlaid { key, replaced: Found::of(key, value) };
        current::exchange(key, &mut overlaid.replaced);
        overlaid
    }
}

impl Drop for Overlaid {
    #[inline]
    fn drop(&mut self) {
        current::exchange(self.key, &mut self.replaced);
        current::note_end_of_scoped_value();
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
    /// Whether the future may have entered something, for its surroundings to be handed when it is done.
    has_entered: bool,
    until_dropped: bool,
}

impl Overlay {
    /// Based on nothing at first: the first poll finds out what surrounds it.
    pub(crate) fn new(key: Key, value: Value) -> Self {
        let (mapping, base) = (Mapping::EMPTY, Mapping::EMPTY);
        Overlay { key, value: Some(value), mapping, base, has_entered: false, until_dropped: false }
    }

    #[inline]
    pub(crate) fn enter(&mut self) -> Entered<'_> {
        let is_outdated = self.exchange();
        let entered = Entered { overlay: self, changes: current::changes() };
        if is_outdated {
            // Only now, when unwinding would leave again: it drops what may be the last of values, whose own drop may panic.
            entered.overlay.rebase();
        }
        entered
    }

    /// Enters for good: fields of the owner declared before this one are dropped inside.
    #[inline]
    pub(crate) fn enter_until_dropped(&mut self) {
        self.until_dropped = true;
        if self.exchange() {
            self.rebase();
        }
    }

    /// Makes the own mapping current, and says whether it is of other surroundings than these.
    #[inline]
    fn exchange(&mut self) -> bool {
        if let Some(value) = self.value.take() {
            self.make(value);
        }
        current::enter(&mut self.mapping);
        !self.mapping.is_same(&self.base)
    }

    #[inline(never)]
    fn make(&mut self, value: Value) {
        self.base = current::capture();
        self.mapping = self.base.with(self.key, value);
    }

    /// The surroundings are not those of the last poll: repeats on the new ones what was set on the old ones.
    #[cold]
    fn rebase(&mut self) {
        if self.mapping.is_empty() && self.base.is_empty() {
            return;
        }
        let surrounding = self.mapping.clone();
        let mut own = Mapping::EMPTY;
        current::swap(&mut own);
        let mut rebased = surrounding.clone();
        let mut replaced = own.repeat_changes(&self.base, &mut rebased);
        replaced.push(rebased.copy_from(&own, self.key));
        current::swap(&mut rebased);
        let base = mem::replace(&mut self.base, surrounding);
        drop((replaced, own, base));
    }

    /// The future is done, and left: its surroundings get what it entered, except the overlaid local.
    #[inline]
    pub(crate) fn hand_over(&self) {
        if self.has_entered {
            self.hand_over_changes();
        }
    }

    #[cold]
    fn hand_over_changes(&self) {
        drop(current::set_persistent(|surrounding| {
            let replaced = self.mapping.repeat_changes(&self.base, surrounding);
            (replaced, surrounding.copy_from(&self.base, self.key))
        }));
    }
}

impl Drop for Overlay {
    #[inline]
    fn drop(&mut self) {
        if self.until_dropped {
            current::leave(&mut self.mapping);
        }
    }
}

impl fmt::Debug for Overlay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Overlay").field("key", &self.key).finish_non_exhaustive()
    }
}

pub(crate) struct Entered<'a> {
    overlay: &'a mut Overlay,
    /// How many lasting changes this thread had made before.
    changes: u32,
}

impl Drop for Entered<'_> {
    #[inline]
    fn drop(&mut self) {
        current::leave(&mut self.overlay.mapping);
        self.overlay.has_entered |= self.changes != current::changes();
    }
}
