//! The context of a future that has one local set in all its polls.

use std::fmt;
use std::mem;
use std::panic::Location;

use crate::context::current;
use crate::context::level;
use crate::context::mapping::Mapping;
use crate::context::mapping::node::{Key, Value, is_same_local};
use crate::context::mapping::setter::Setter;
use crate::context::setting;

/// The context of a future that has one local set in all its polls.
///
/// The future keeps a mapping of its own between polls, so what it enters stays with it and never reaches the code that
/// polls it. A poll in another surrounding mapping repeats the changes of the future on that one, so the future sees
/// new values of the locals that it has not changed itself. When it is done, the surrounding mapping gets what it
/// entered, except the scoped local.
pub(crate) struct ScopedLocal {
    key: Key,
    phase: Phase,
    /// The future's own mapping; during a poll, the surrounding one.
    mapping: Mapping,
    /// The surrounding mapping on which the future's own one is based.
    base: Mapping,
    /// The line of the last persistent change that a poll has made.
    entered_at: Option<&'static Location<'static>>,
}

enum Phase {
    /// Not polled yet; the first poll sets this value.
    New(Value),
    /// Where the last poll was: what the future has set is marked as set there.
    Polled { place: u64 },
}

impl ScopedLocal {
    /// The first poll sets both mappings, because only it knows the surrounding one.
    pub(crate) fn new(key: Key, value: Value) -> Self {
        let (mapping, base) = (Mapping::EMPTY, Mapping::EMPTY);
        ScopedLocal { key, phase: Phase::New(value), mapping, base, entered_at: None }
    }

    /// Inlined into each poll: a call saves and restores five registers.
    #[inline(always)]
    pub(crate) fn enter(&mut self) -> Entered<'_> {
        let is_outdated = self.exchange();
        let entered = Entered { scoped: self, changes: setting::changes() };
        if is_outdated {
            // Only now that the drop of `entered` leaves: `rebase` may drop the last copy of a value, which may panic.
            entered.scoped.rebase();
        }
        entered
    }

    /// Runs `f`, which drops the future, in its context.
    #[inline]
    pub(crate) fn run_last(&mut self, f: impl FnOnce()) {
        let _entered = self.enter();
        f();
    }

    /// Makes the future's mapping current, and returns whether its base or place is another.
    #[inline]
    fn exchange(&mut self) -> bool {
        let is_elsewhere = match self.phase {
            Phase::Polled { place } => place ^ setting::place(),
            Phase::New(_) => self.begin(),
        };
        level::enter_context(&mut self.mapping);
        // One branch for both.
        is_elsewhere | (self.mapping.address() ^ self.base.address()) as u64 != 0
    }

    /// Returns 0: the place is this one.
    #[inline(never)]
    fn begin(&mut self) -> u64 {
        let (owner, place) = setting::owner_and_place();
        let polled = Phase::Polled { place };
        if let Phase::New(value) = mem::replace(&mut self.phase, polled) {
            let base = current::capture();
            // Both are empty: forgetting them spares the check.
            mem::forget(mem::replace(&mut self.mapping, base.with(self.key, owner, value)));
            mem::forget(mem::replace(&mut self.base, base));
        }
        0
    }

    /// Repeats the changes of the future on the mapping that surrounds this poll.
    #[cold]
    fn rebase(&mut self) {
        let (setter, place) = setting::owner_and_place();
        self.phase = Phase::Polled { place };
        let surrounding = self.mapping.clone();
        let mut own = Mapping::EMPTY;
        current::swap(&mut own);
        let mut rebased = surrounding.clone();
        let mut changes = own.changes(&self.base);
        changes.retain(|key| !is_same_local(*key, self.key));
        let mut replaced: Vec<_> =
            changes.iter().map(|key| rebased.copy_from(&own, &self.base, *key, setter)).collect();
        // Guards of the scoped local lie on its value, wherever the future is polled.
        replaced.push(rebased.copy_from(&own, &own, self.key, setter));
        current::swap(&mut rebased);
        let base = mem::replace(&mut self.base, surrounding);
        drop((replaced, own, base));
    }

    /// Copies what the future entered to the surrounding mapping, except the scoped local.
    ///
    /// The future is done and left.
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
            setting::note_hand_over();
            setting::set_persistent(line, |surrounding, setter| self.copy_to(surrounding, &changes, setter));
        }
    }

    fn copy_to(&self, surrounding: &mut Mapping, changes: &[Key], setter: Setter) -> impl Sized + use<> {
        let since = setting::since_brought();
        let copy = |key: &Key| surrounding.copy_over_guards(&self.mapping, &self.base, *key, setter, since);
        changes.iter().map(copy).collect::<Vec<_>>()
    }
}

impl fmt::Debug for ScopedLocal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ScopedLocal").field("key", &self.key).finish_non_exhaustive()
    }
}

/// Leaves the future's mapping on drop.
pub(crate) struct Entered<'a> {
    scoped: &'a mut ScopedLocal,
    /// The number of persistent changes that this thread had made before the poll.
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
