//! How a value of a call or a guard ends where spans have brought contexts of their own.
//!
//! The value ends in the context in which it was set. Each span above that took it along, and still has it, has from then on what
//! it would have had without it.

use std::mem;

use crate::context::depth::Depth;
use crate::context::entered::entry::{Brought, Entry, GuardEnd};
use crate::context::entered::list::List;
use crate::context::entered::thread::Thread;
use crate::context::mapping::guarded::Guarded;
use crate::context::mapping::node::{Key, is_same_local};
use crate::context::mapping::previous::Previous;
use crate::context::mapping::setter::Setter;

/// What has ended in a context.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Ended {
    /// A value set for a call, and with it the guards that lie on it.
    Call,
    /// The guard with this serial, and those that lie on it.
    Guard(u64),
    /// A value that was set to stay, in a context that is gone. Guards that lie on it stay.
    Context,
}

impl List {
    pub(super) fn keep_value(&mut self, depth: Depth, local: Key, serial: u64, covered: Previous) {
        self.entries.push(Entry::value(depth, serial, local));
        self.values.push(covered);
    }

    /// Ends a value, if the list keeps what it covers.
    pub(super) fn end_kept_value(&mut self, thread: &mut Thread, serial: u64) {
        let is_it = |entry: &Entry| entry.as_value().is_some_and(|(found, _)| found == serial);
        let Some(at) = self.entries.iter().rposition(is_it) else { return };
        let (value, local) = (self.index_of_value(at), self.entries[at].key.1);
        self.entries.remove(at);
        let covered = self.values.remove(value);
        self.end_call(thread, self.index_of_brought(at), local, covered);
    }

    /// Ends a value that was set in the level's own context, before any span brought another.
    pub(super) fn end_own_value(&mut self, thread: &mut Thread, local: Key, covered: Previous) {
        let own = self.index_of_brought(self.first_of_level(thread.depth));
        self.end_call(thread, own, local, covered);
    }

    fn end_call(&mut self, thread: &mut Thread, index: usize, local: Key, covered: Previous) {
        let owner = self.owner_of_context(thread, index);
        let ended = self.context(thread, index).put_back(local, covered);
        self.end_above(thread, index, local, ended, owner, Ended::Call);
    }

    /// Ends the guard in the thread's level, if it is live there.
    ///
    /// A context that captured it is not where it lives.
    pub(super) fn end_guard(&mut self, thread: &mut Thread, guard: &GuardEnd) -> bool {
        if !self.is_level_of(thread, guard) {
            return false;
        }
        let own = self.index_of_brought(self.first_of_level(thread.depth));
        (own..=self.brought.len()).any(|index| self.end_guard_in(thread, index, guard))
    }

    pub(super) fn is_level_of(&self, thread: &Thread, guard: &GuardEnd) -> bool {
        self.resource_of_level(thread.depth, &thread.executing).async_id() == guard.resource
    }

    fn end_guard_in(&mut self, thread: &mut Thread, index: usize, guard: &GuardEnd) -> bool {
        let owner = self.owner_of_context(thread, index);
        let is_brought = index > self.index_of_brought(self.first_of_level(thread.depth));
        if is_brought && guard.serial <= self.brought[index - 1].since {
            return false;
        }
        let end = |there: &Previous| Guarded::end_of(there, guard.serial, owner);
        self.own_has_changed = true;
        let values = self.values_in_context(index, guard.local);
        if let Some((value, covered)) = values.into_iter().find_map(|value| Some((value, end(&self.values[value])?))) {
            // A call has set the local on top of it: what lies above took that along.
            thread.discarded.values.push(mem::replace(&mut self.values[value], covered));
            return true;
        }
        let context = self.context(thread, index);
        let Some(covered) = end(&context.found(guard.local)) else { return false };
        let ended = context.put_back(guard.local, covered);
        self.end_above(thread, index, guard.local, ended, owner, Ended::Guard(guard.serial));
        true
    }

    /// Ends `ended` in the contexts that spans have brought above.
    ///
    /// It has ended in the context with this index, which `owner` owns.
    pub(super) fn end_above(
        &mut self,
        thread: &mut Thread,
        index: usize,
        local: Key,
        ended: Previous,
        mut owner: Setter,
        how: Ended,
    ) {
        let mut ended = Some(ended);
        for span in index..self.brought.len() {
            let lower = self.context(thread, span).found(local);
            let Brought { setter, captured, since, .. } = &self.brought[span];
            let (setter, since) = (*setter, *since);
            let without = if lower.is_set_by(owner) { lower.marked(setter) } else { captured.found(local) };
            let below = self.values_in_context(span + 1, local).first().copied();
            let there = match below {
                Some(value) => self.values[value].clone(),
                None => self.context(thread, span + 1).found(local),
            };
            let remaining = Above { there: &there, setter, since, how }.remaining(ended.as_ref(), without);
            let replaced = remaining.map(|remaining| match below {
                Some(value) => mem::replace(&mut self.values[value], remaining),
                None => self.context(thread, span + 1).put_back(local, remaining),
            });
            thread.discarded.values.extend(mem::replace(&mut ended, replaced));
            if below.is_some() {
                // A call has set the local on top of it: what lies above took that along.
                break;
            }
            owner = setter;
        }
        thread.discarded.values.extend(ended);
    }

    /// Who sets values in the context with this index.
    fn owner_of_context(&self, thread: &Thread, index: usize) -> Setter {
        self.owner(thread, self.entry_above(index))
    }

    /// The listed values of this local in the context with this index, from the outside in.
    fn values_in_context(&self, index: usize, local: Key) -> Vec<usize> {
        let above = self.entry_above(index);
        let first = self.entries[..above].iter().rposition(|entry| entry.state.brings()).map_or(0, |below| below + 1);
        let indices = self.index_of_value(first)..self.index_of_value(above);
        let listed = self.entries[first..above].iter().filter_map(Entry::as_value);
        let of_local = indices.zip(listed).filter(|(_, (_, found))| is_same_local(*found, local));
        of_local.map(|(index, _)| index).collect()
    }

    /// The entry that brings the context above the one with this index.
    fn entry_above(&self, brought: usize) -> usize {
        let mut left = self.brought.len() - brought;
        let mut at = self.entries.len();
        while left > 0 && at > 0 {
            at -= 1;
            left -= usize::from(self.entries[at].state.brings());
        }
        at
    }
}

/// What a span has for a local, in the context that it has brought.
struct Above<'a> {
    there: &'a Previous,
    setter: Setter,
    /// Guards with greater serials were entered in that context.
    since: u64,
    how: Ended,
}

impl Above<'_> {
    /// The new context of the span, if it changes: without the value that has ended below.
    ///
    /// It changes if it took that value along and still has it.
    ///
    /// Guards that were entered since end with a call and with a guard below.
    fn remaining(&self, ended: Option<&Previous>, without: Previous) -> Option<Previous> {
        let below_guards = Guarded::without_later(self.there, self.since);
        let is_taken_along = below_guards.is_set_by(self.setter)
            && (ended.is_some_and(|ended| below_guards.is_same(ended)) || self.has_guard(below_guards));
        match (is_taken_along, self.how) {
            (true, Ended::Context) => {
                Some(Guarded::moved(self.there, self.since, self.setter, |_| without.clone()).unwrap_or(without))
            }
            (true, _) => Some(without),
            (false, Ended::Context) => None,
            (false, _) => Some(below_guards.clone()).filter(|below| !below.is_same(self.there)),
        }
    }

    fn has_guard(&self, there: &Previous) -> bool {
        matches!(self.how, Ended::Guard(serial) if Guarded::end(there, serial).is_some())
    }
}
