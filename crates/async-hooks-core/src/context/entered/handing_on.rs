//! How a span that brought a context is left: the context below takes its place.
//!
//! Values that were set in it for calls and by guards which are still open go on in the context below. All else that was set in it
//! ends, in the spans above that took it along as well.

use std::mem;
use std::ops::Range;

use crate::context::entered::entry::Brought;
use crate::context::entered::list::List;
use crate::context::entered::thread::Thread;
use crate::context::entered::value::Ended;
use crate::context::mapping::Mapping;
use crate::context::mapping::guarded::Guarded;
use crate::context::mapping::node::Key;
use crate::context::mapping::previous::Previous;
use crate::context::mapping::setter::Setter;

/// From the context of a span to the one below.
#[derive(Clone, Copy)]
struct Move {
    from: Setter,
    to: Setter,
    /// Guards with greater serials were entered in the span.
    since: u64,
}

impl List {
    pub(super) fn hand_context_on(&mut self, thread: &mut Thread, at: usize) {
        let to = self.owner(thread, at);
        let index = self.index_of_brought(at);
        let Brought { setter, captured, covered: mut context, since, .. } = self.brought.remove(index);
        let entries = at + 1..self.next_bringing(at + 1);
        self.move_values(thread, entries, index, &mut context, Move { from: setter, to, since });
        let left = mem::replace(self.context(thread, index), context);
        self.end_what_was_set(thread, index, &left, setter, to);
        thread.discarded.contexts.extend([captured, left]);
    }

    fn move_values(&mut self, thread: &mut Thread, entries: Range<usize>, index: usize, lower: &mut Mapping, by: Move) {
        let mut moved: Vec<Key> = Vec::new();
        let mut value = self.index_of_value(entries.start);
        for at in entries {
            let Some((_, local)) = self.entries[at].as_value() else { continue };
            let covered = if moved.contains(&local) {
                remarked(&self.values[value], by)
            } else {
                moved.push(local);
                let top = remarked(&self.context(thread, index).found(local), by);
                let below = lower.put_back(local, top);
                Guarded::moved(&self.values[value], by.since, by.to, |_| below.clone()).unwrap_or(below)
            };
            thread.discarded.values.push(mem::replace(&mut self.values[value], covered));
            value += 1;
        }
        self.move_guards(thread, index, lower, &moved, by);
    }

    /// Moves the guards that lie on no value which is listed.
    fn move_guards(&mut self, thread: &mut Thread, index: usize, lower: &mut Mapping, moved: &[Key], by: Move) {
        let upper = self.context(thread, index);
        let mut guards = Vec::new();
        upper.for_each(&mut |key, _| {
            let there = upper.found(key);
            let guard = Guarded::moved(&there, by.since, by.to, |_| lower.found(key));
            guards.extend(guard.filter(|_| !moved.contains(&key)).map(|guard| (key, guard)));
        });
        self.own_has_changed |= !guards.is_empty();
        thread.discarded.values.extend(guards.into_iter().map(|(key, guard)| lower.put_back(key, guard)));
    }

    fn end_what_was_set(&mut self, thread: &mut Thread, index: usize, left: &Mapping, by: Setter, owner: Setter) {
        let mut set = Vec::new();
        left.for_each_set(&mut |key, setter, _| {
            if setter == by {
                set.push(key);
            }
        });
        for key in set {
            let ended = left.found(key);
            if !self.context(thread, index).found(key).is_same(&ended) {
                self.end_above(thread, index, key, ended, owner, Ended::Context);
            }
        }
    }
}

/// The same value and guards, as set in the context below.
fn remarked(found: &Previous, by: Move) -> Previous {
    let mark = |found: &Previous| if found.is_set_by(by.from) { found.clone().marked(by.to) } else { found.clone() };
    Guarded::moved(found, by.since, by.to, mark).unwrap_or_else(|| mark(found))
}
