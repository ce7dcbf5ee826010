//! One local set for a while, on top of whatever else is set: for the length of a call, or over the polls of a future.

use std::fmt;

use crate::context;
use crate::mapping::{Key, Mapping, Value};

/// One local is set until this is dropped, and then is what it was; changes to other locals stay.
pub(crate) struct Overlaid {
    key: Key,
    surrounding: Mapping,
    /// What was made current, to see at the end whether it still is: holding it keeps its memory from being reused.
    entered: Mapping,
}

impl Overlaid {
    #[inline]
    pub(crate) fn new(key: Key, value: Value) -> Self {
        let mut surrounding = Mapping::EMPTY;
        context::swap(&mut surrounding);
        let mut entered = surrounding.clone();
        let replaced = entered.set(key, value);
        context::swap(&mut entered.clone());
        drop(replaced);
        Overlaid { key, surrounding, entered }
    }
}

impl Drop for Overlaid {
    #[inline]
    fn drop(&mut self) {
        let mut left = Mapping::EMPTY;
        context::swap(&mut left);
        if left.is_same(&self.entered) {
            context::swap(&mut self.surrounding);
        } else {
            context::swap(&mut left);
            let found = self.surrounding.get(self.key).cloned();
            drop(context::update(|mapping| mapping.put_back(self.key, found)));
        }
    }
}

/// One local set over the polls of a future.
///
/// The future has a mapping of its own from poll to poll, so that what it enters stays with it and never with its poller.
/// It also sees what its surroundings have changed between two polls, where it has not changed the same itself. When it
/// is done, what it entered is handed to its surroundings, except the overlaid local.
pub(crate) struct Overlay {
    key: Key,
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
        let mut mapping = Mapping::EMPTY;
        mapping.set(key, value);
        Overlay { key, untouched: mapping.clone(), mapping, base: Mapping::EMPTY, until_dropped: false }
    }

    #[inline]
    pub(crate) fn enter(&mut self) -> Entered<'_> {
        self.exchange();
        Entered(self)
    }

    /// Enters for good: fields of the owner declared before this one are dropped inside.
    pub(crate) fn enter_until_dropped(&mut self) {
        self.until_dropped = true;
        self.exchange();
    }

    #[inline]
    fn exchange(&mut self) {
        context::swap(&mut self.mapping);
        if !self.mapping.is_same(&self.base) {
            self.rebase();
        }
    }

    /// The surroundings are not those of the last poll: repeats on the new ones what was set on the old ones.
    #[cold]
    fn rebase(&mut self) {
        let surrounding = &self.mapping;
        let mut own = Mapping::EMPTY;
        context::swap(&mut own);
        let mut rebased = surrounding.clone();
        own.repeat_changes(&self.base, &mut rebased);
        if own.is_same(&self.untouched) {
            self.untouched = rebased.clone();
        }
        self.base = surrounding.clone();
        context::swap(&mut rebased);
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
        drop(context::update(|surrounding| {
            self.mapping.repeat_changes(&self.base, surrounding);
            surrounding.put_back(self.key, self.base.get(self.key).cloned())
        }));
    }
}

impl Drop for Overlay {
    #[inline]
    fn drop(&mut self) {
        if self.until_dropped {
            context::swap(&mut self.mapping);
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
        context::swap(&mut self.0.mapping);
    }
}
