//! How a value that was set for a call, or by a guard, ends where spans have brought contexts of their own.
//!
//! The value ends in the context in which it was set. Each span above that took it along, and still has it, has from then on what
//! it would have had without it.

use std::mem;

use crate::context::depth::Depth;
use crate::context::entered::entry::{Brought, Entry, GuardEnd};
use crate::context::entered::list::List;
use crate::context::entered::thread::Thread;
use crate::context::mapping::found::Found;
use crate::context::mapping::guarded::Guarded;
use crate::context::mapping::node::Key;
use crate::context::mapping::setter::Setter;

impl List {
    pub(super) fn keep_value(&mut self, depth: Depth, local: Key, serial: u64, covered: Found) {
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
        self.end_value(thread, self.index_of_brought(at), local, covered, None);
    }

    /// Ends a value that was set in the level's own context, before any span brought another.
    pub(super) fn end_own_value(&mut self, thread: &mut Thread, local: Key, covered: Found) {
        let own = self.index_of_brought(self.first_of_level(thread.depth));
        self.end_value(thread, own, local, covered, None);
    }

    /// Ends the guard in the thread's level, if that is the guard's or has taken over its values.
    pub(super) fn end_guard(&mut self, thread: &mut Thread, guard: &GuardEnd) {
        if self.resource_of_level(thread.depth, &thread.executing).async_id() != guard.resource {
            return;
        }
        let first = self.first_of_level(thread.depth);
        self.end_guard_below_values(thread, first, guard);
        for index in self.index_of_brought(first)..=self.brought.len() {
            let there = self.context(thread, index).found(guard.local);
            if let Some(covered) = Guarded::end(&there, guard.serial) {
                return self.end_value(thread, index, guard.local, covered, Some(guard.serial));
            }
        }
    }

    fn end_guard_below_values(&mut self, thread: &mut Thread, first: usize, guard: &GuardEnd) {
        let first = self.index_of_value(first);
        for covered in &mut self.values[first..] {
            if let Some(below) = Guarded::end(covered, guard.serial) {
                thread.discarded.values.push(mem::replace(covered, below));
            }
        }
    }

    /// `index` names the context in which the value was set.
    fn end_value(&mut self, thread: &mut Thread, index: usize, local: Key, covered: Found, guard: Option<u64>) {
        let mut owner = self.owner(thread.depth, &thread.executing, self.entry_above(index));
        let mut ended = self.context(thread, index).put_back(local, covered);
        for span in index..self.brought.len() {
            let lower = self.context(thread, span).found(local);
            let Brought { setter, captured, .. } = &self.brought[span];
            let setter = *setter;
            let without = if lower.is_set_by(owner) { lower.marked(setter) } else { captured.found(local) };
            let there = self.context(thread, span + 1).found(local);
            let taken_along = Some(there).filter(|there| there.is_set_by(setter));
            let remaining = taken_along.and_then(|there| remaining(&there, &ended, without, setter, guard));
            let Some(remaining) = remaining else { break };
            let replaced = self.context(thread, span + 1).put_back(local, remaining);
            thread.discarded.values.push(mem::replace(&mut ended, replaced));
            owner = setter;
        }
        thread.discarded.values.push(ended);
    }

    /// The entry that brings the context above this one.
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

/// What a span has that took `ended` along: `without` it, under the guards that were entered there since. Nothing if it does not
/// have it any more.
fn remaining(there: &Found, ended: &Found, without: Found, setter: Setter, guard: Option<u64>) -> Option<Found> {
    let ends_here = guard.is_some_and(|serial| Guarded::end(there, serial).is_some());
    if ends_here || there.is_same(ended) {
        return Some(without);
    }
    Guarded::rebase(there, ended, &without, setter)
}
