//! The list of what a thread has entered, and how something leaves it.
//!
//! Whatever is entered keeps what it covers. Whatever is left hands that to the next entry above that covers the same thing
//! (the ids, the context, one local), or to the thread. So what remains is always what is still entered, in its order, and
//! nothing puts back a copy of something that has ended.

use std::collections::VecDeque;
use std::mem;

use crate::context::depth::Depth;
use crate::context::entered::attached::AttachedList;
use crate::context::entered::bringing;
use crate::context::entered::enterer;
use crate::context::entered::entry::{Brought, Entry, EntryKey, State, WaitingGuard};
use crate::context::entered::thread::Thread;
use crate::context::mapping::Mapping;
use crate::context::mapping::guarded::newest_serial;
use crate::context::mapping::previous::Previous;
use crate::context::mapping::setter::Setter;
use crate::identity::resource::Resource;

/// Entries from the outside in.
///
/// All are of the thread's depth or of a lower one, since a level ends what was entered in it.
#[derive(Default)]
pub(crate) struct List {
    pub(super) entries: Vec<Entry>,
    /// Of the entries that bring a context, in their order.
    pub(super) brought: Vec<Brought>,
    /// What the entries of values cover, in their order.
    pub(super) values: Vec<Previous>,
    /// Number of entries that were left and wait for their level.
    pub(super) waiting: usize,
    /// Guards that were dropped inside a deeper level.
    pub(super) guards: Vec<WaitingGuard>,
    /// Whether a change replaced a level's own context, so that a task's sink must receive it.
    pub(super) own_has_changed: bool,
    /// Spans whose level ended before they were left: hooks still expect their `after`.
    unfinished: VecDeque<(EntryKey, Resource)>,
    pub(super) attached: AttachedList,
}

/// What brought a level to the thread.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Level {
    /// A resource: its ids and its context.
    Resource,
    /// A snapshot, or a future with a context of its own.
    Context,
}

/// Limits the list, so that a program that leaks guards does not leak memory.
///
/// The oldest entries are forgotten, and their `after` is never sent.
const MOST_UNFINISHED: usize = 64;

impl List {
    pub(super) const fn new() -> Self {
        List {
            entries: Vec::new(),
            brought: Vec::new(),
            values: Vec::new(),
            waiting: 0,
            guards: Vec::new(),
            own_has_changed: false,
            unfinished: VecDeque::new(),
            attached: AttachedList::new(),
        }
    }

    /// Enters a resource, with its captured context where that differs from the thread's.
    pub(super) fn enter(&mut self, thread: &mut Thread, key: EntryKey, resource: Resource, captured: &Mapping) {
        let owner = self.owner(thread, self.entries.len());
        let setter = Setter::new(&resource);
        let context = bringing::brought(captured, &thread.context, owner, setter);
        let previous = mem::replace(&mut thread.executing, resource);
        let state = if context.is_some() { State::Bringing } else { State::Entered };
        self.entries.push(Entry { resource, previous, key, depth: thread.depth, state });
        if let Some(context) = context {
            let covered = mem::replace(&mut thread.context, context);
            let (call, captured) = (thread.call, captured.clone());
            self.brought.push(Brought { setter, call, captured, covered, since: newest_serial() });
        }
    }

    /// The last of these that was entered and not left yet.
    pub(super) fn find(&self, is_meant: impl Fn(EntryKey, &Resource) -> bool) -> Option<Resource> {
        self.position(is_meant).map(|at| self.entries[at].resource)
    }

    /// Leaves the last of these that was entered.
    pub(super) fn leave(&mut self, thread: &mut Thread, is_meant: impl Fn(EntryKey, &Resource) -> bool) {
        if let Some(at) = self.position(is_meant) {
            let state = &mut self.entries[at].state;
            *state = state.left();
            self.waiting += 1;
            self.settle(thread);
        }
    }

    fn position(&self, is_meant: impl Fn(EntryKey, &Resource) -> bool) -> Option<usize> {
        self.entries.iter().rposition(|entry| entry.state.is_entered() && is_meant(entry.key, &entry.resource))
    }

    /// Passes on what was left inside and waited for the thread to return to its level.
    ///
    /// Guards come first, while contexts are unchanged.
    pub(super) fn settle(&mut self, thread: &mut Thread) {
        self.settle_guards(thread);
        let mut at = self.entries.len();
        while self.waiting > 0 && at > 0 && self.entries[at - 1].depth.has_ids_of(thread.depth) {
            at -= 1;
            if self.entries[at].state.is_left() {
                self.hand_on(thread, at);
            }
        }
    }

    /// Passes ids on once no resource level is open inside, the context once no level is.
    fn hand_on(&mut self, thread: &mut Thread, at: usize) {
        self.hand_ids_on(thread, at);
        if self.entries[at].state.brings() {
            if self.entries[at].depth != thread.depth {
                self.entries[at].state = State::LeftContextInside;
                return;
            }
            self.hand_context_on(thread, at);
        }
        self.entries.remove(at);
        self.waiting -= 1;
    }

    fn hand_ids_on(&mut self, thread: &mut Thread, at: usize) {
        let (below, above) = self.entries.split_at_mut(at + 1);
        let Some(left) = below.last().filter(|left| left.state.has_ids()) else { return };
        let above = above.iter_mut().find(|entry| entry.state.has_ids());
        *above.map_or(&mut thread.executing, |above| &mut above.previous) = left.previous;
    }

    /// Ends the level at the thread's depth, with everything still entered in it.
    ///
    /// The context is then the level's own.
    ///
    /// Where the level is no resource's, ids stay: the spans belong to the level around it now.
    pub(super) fn end_level(&mut self, thread: &mut Thread, level: Level) {
        let first = self.first_of_level(thread.depth);
        let (brought, value) = (self.index_of_brought(first), self.index_of_value(first));
        if let Some(lowest) = self.brought.get_mut(brought) {
            let own = mem::take(&mut lowest.covered);
            let left = mem::replace(&mut thread.context, own);
            thread.discarded.contexts.push(left);
        }
        let left = self.brought.drain(brought..).flat_map(|brought| [brought.captured, brought.covered]);
        thread.discarded.contexts.extend(left);
        thread.discarded.values.extend(self.values.drain(value..));
        let ended = self.entries.split_off(first);
        ended.into_iter().for_each(|entry| self.end_with_level(entry, level));
    }

    fn end_with_level(&mut self, entry: Entry, level: Level) {
        self.waiting -= usize::from(entry.state.is_left());
        if !entry.state.is_entered() {
            return;
        }
        match level {
            Level::Resource => self.note_unfinished(&entry),
            Level::Context => {
                let depth = entry.depth.out_of_context();
                self.entries.push(Entry { depth, state: State::Entered, ..entry });
            }
        }
    }

    fn note_unfinished(&mut self, entry: &Entry) {
        if entry.key.0 == enterer::RUNTIME {
            return;
        }
        if self.unfinished.len() == MOST_UNFINISHED {
            self.unfinished.pop_front();
        }
        self.unfinished.push_back((entry.key, entry.resource));
    }

    /// The resource entered under this key in a level that has ended since, if it is left now.
    pub(super) fn take_unfinished(&mut self, is_meant: impl Fn(EntryKey, &Resource) -> bool) -> Option<Resource> {
        let at = self.unfinished.iter().rposition(|(key, resource)| is_meant(*key, resource))?;
        self.unfinished.remove(at).map(|(_, resource)| resource)
    }

    pub(super) fn has_unfinished(&self) -> bool {
        !self.unfinished.is_empty()
    }

    /// The setter of values below the entries from `upto` on.
    ///
    /// It is the span or the snapshot call that brought the context, else the resource of the level.
    pub(super) fn owner(&self, thread: &Thread, upto: usize) -> Setter {
        self.owner_in(thread.depth, thread.call, thread.executing.identity_bits(), upto)
    }

    pub(super) fn owner_in(&self, depth: Depth, call: u64, executing: u64, upto: usize) -> Setter {
        match self.topmost_bringing(depth, upto).map(|_| &self.brought[self.index_of_brought(upto) - 1]) {
            // A span that was entered outside of the snapshot's call has brought what lies below the snapshot's context.
            Some(span) if span.call == call => span.setter,
            _ => self.owner_of_level(depth, call, executing),
        }
    }

    /// Who sets values where no span has brought a context.
    ///
    /// `executing` is the identity of what executes.
    #[inline]
    pub(super) fn owner_of_level(&self, depth: Depth, call: u64, executing: u64) -> Setter {
        if call != 0 {
            return Setter::of_identity(call);
        }
        let lowest = self.lowest_of_level(depth);
        Setter::of_identity(lowest.map_or(executing, |lowest| lowest.previous.identity_bits()))
    }

    /// The last entry before `upto` that brought a context to the resource at this depth.
    #[inline]
    pub(super) fn topmost_bringing(&self, depth: Depth, upto: usize) -> Option<&Entry> {
        if self.brought.is_empty() {
            return None;
        }
        let mut level = self.entries[..upto].iter().rev().take_while(|entry| entry.depth.has_ids_of(depth));
        level.find(|entry| entry.state.brings())
    }

    /// The resource of the innermost level, whatever spans have been entered in it since.
    pub(super) fn resource_of_level<'a>(&'a self, depth: Depth, executing: &'a Resource) -> &'a Resource {
        self.lowest_of_level(depth).map_or(executing, |lowest| &lowest.previous)
    }

    /// The first entry of the innermost level that has ids.
    #[inline]
    fn lowest_of_level(&self, depth: Depth) -> Option<&Entry> {
        let level = self.entries.iter().rev().take_while(|entry| entry.depth.has_ids_of(depth));
        level.filter(|entry| entry.state.has_ids()).last()
    }

    /// Whether a span has brought a context on top of the level's at the thread's depth.
    pub(super) fn is_brought(&self, depth: Depth) -> bool {
        self.topmost_bringing(depth, self.entries.len()).is_some_and(|span| span.depth == depth)
    }

    /// The context with this index: below what brings the one above, or the thread's own.
    pub(super) fn context<'a>(&'a mut self, thread: &'a mut Thread, index: usize) -> &'a mut Mapping {
        self.brought.get_mut(index).map_or(&mut thread.context, |brought| &mut brought.covered)
    }

    /// The index of the first entry that was entered at this depth.
    pub(super) fn first_of_level(&self, depth: Depth) -> usize {
        self.entries.iter().rposition(|entry| entry.depth < depth).map_or(0, |below| below + 1)
    }

    /// How many contexts the entries before this one have brought.
    ///
    /// Counted from the end, where changes are made.
    pub(super) fn index_of_brought(&self, entry: usize) -> usize {
        self.brought.len() - self.entries[entry..].iter().filter(|entry| entry.state.brings()).count()
    }

    pub(super) fn index_of_value(&self, entry: usize) -> usize {
        self.values.len() - self.entries[entry..].iter().filter(|entry| entry.state == State::Value).count()
    }

    /// The index of the next entry that brings a context, or the length of the list.
    pub(super) fn next_bringing(&self, from: usize) -> usize {
        (from..self.entries.len()).find(|at| self.entries[*at].state.brings()).unwrap_or(self.entries.len())
    }

    /// The depth of the last entry, and whether something waits for its level.
    pub(super) fn watched(&self) -> (Option<Depth>, bool) {
        (self.entries.last().map(|entry| entry.depth), self.waiting > 0 || !self.guards.is_empty())
    }
}
