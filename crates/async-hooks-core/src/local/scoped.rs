//! One local set over the polls of a future.

use std::fmt;
use std::mem;
use std::panic::Location;

use crate::context::current;
use crate::context::level;
use crate::context::mapping::Mapping;
use crate::context::mapping::node::{Key, Value, is_same_local};
use crate::context::mapping::setter::Setter;
use crate::context::setting;

/// One local set over the polls of a future.
///
/// The future has a mapping of its own from poll to poll, so that what it enters stays with it and never with its poller.
/// It also sees what its surroundings have changed between two polls, where it has not changed the same itself. When it
/// is done, what it entered is handed to its surroundings, except the local itself.
pub(crate) struct ScopedLocal {
    key: Key,
    /// What the local is to be; taken by the first poll.
    value: Option<Value>,
    /// The future's own mapping between polls; while it is polled, the surrounding one.
    mapping: Mapping,
    /// The surrounding mapping that the own one is based on.
    base: Mapping,
    /// The line of the last change that stays, if the future may have made one: its surroundings get it when it is done.
    entered_at: Option<&'static Location<'static>>,
    until_dropped: bool,
}

impl ScopedLocal {
    /// Based on nothing at first: the first poll finds out what surrounds it.
    pub(crate) fn new(key: Key, value: Value) -> Self {
        let (mapping, base) = (Mapping::EMPTY, Mapping::EMPTY);
        ScopedLocal { key, value: Some(value), mapping, base, entered_at: None, until_dropped: false }
    }

    #[inline]
    pub(crate) fn enter(&mut self) -> Entered<'_> {
        let is_outdated = self.exchange();
        let entered = Entered { scoped: self, changes: setting::changes() };
        if is_outdated {
            // Only now, when unwinding would leave again: it drops what may be the last of values, whose own drop may panic.
            entered.scoped.rebase();
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
        level::enter_context(&mut self.mapping);
        !self.mapping.is_same(&self.base)
    }

    #[inline(never)]
    fn make(&mut self, value: Value) {
        self.base = current::capture();
        self.mapping = self.base.with(self.key, setting::owner(), value);
    }

    /// The surroundings are not those of the last poll: repeats on the new ones what was set on the old ones.
    #[cold]
    fn rebase(&mut self) {
        if self.mapping.is_empty() && self.base.is_empty() {
            return;
        }
        let setter = setting::owner();
        let surrounding = self.mapping.clone();
        let mut own = Mapping::EMPTY;
        current::swap(&mut own);
        let mut rebased = surrounding.clone();
        let changes = own.changes(&self.base).into_iter().chain([self.key]);
        let replaced: Vec<_> = changes.map(|key| rebased.copy_from(&own, key, setter)).collect();
        current::swap(&mut rebased);
        let base = mem::replace(&mut self.base, surrounding);
        drop((replaced, own, base));
    }

    /// The future is done, and left: its surroundings get what it entered, except the local itself.
    #[inline]
    pub(crate) fn hand_over(&self) {
        if let Some(line) = self.entered_at {
            self.hand_over_changes(line);
        }
    }

    #[cold]
    fn hand_over_changes(&self, line: &'static Location<'static>) {
        let mut changes = self.mapping.changes(&self.base);
        changes.retain(|key| !is_same_local(*key, self.key));
        if !changes.is_empty() {
            setting::set_persistent(line, |surrounding, setter| self.copy_to(surrounding, &changes, setter));
        }
    }

    fn copy_to(&self, surrounding: &mut Mapping, changes: &[Key], setter: Setter) -> impl Sized + use<> {
        changes.iter().map(|key| surrounding.copy_from(&self.mapping, *key, setter)).collect::<Vec<_>>()
    }
}

impl Drop for ScopedLocal {
    #[inline]
    fn drop(&mut self) {
        if self.until_dropped {
            level::leave_context(&mut self.mapping);
        }
    }
}

impl fmt::Debug for ScopedLocal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ScopedLocal").field("key", &self.key).finish_non_exhaustive()
    }
}

pub(crate) struct Entered<'a> {
    scoped: &'a mut ScopedLocal,
    /// Number of persistent changes that this thread had made before.
    changes: u32,
}

impl Drop for Entered<'_> {
    #[inline]
    fn drop(&mut self) {
        level::leave_context(&mut self.scoped.mapping);
        if self.changes != setting::changes() {
            self.scoped.entered_at = Some(setting::last_change());
        }
    }
}
