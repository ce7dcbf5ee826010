//! Entries that may be left in any order: spans, drivers, and values on top of them.
//!
//! Levels leave in the opposite order and need no list; each belongs to the stack of the call that entered it. A span may be left
//! at any moment: from inside a level that was entered later, after the level in which it was entered, or never.

pub(crate) mod entry;

pub(crate) mod enterer;

pub(super) mod attached;

mod thread;

mod bringing;

mod list;

mod value;

mod handing_on;

mod guard;

mod account;

mod owner;

use crate::context::current;
pub(crate) use crate::context::entered::account::is_any;
use crate::context::entered::account::{ENTERED, change, change_contained};
pub(super) use crate::context::entered::account::{detach, keep_attached, send_to_sink};
use crate::context::entered::entry::{Entry, EntryKey, GuardEnd, State};
pub(super) use crate::context::entered::list::Level;
use crate::context::entered::list::List;
pub(crate) use crate::context::entered::owner::resource_of_level;
pub(super) use crate::context::entered::owner::{is_brought, owner, since_brought};
use crate::context::entered::thread::Thread;
use crate::context::mapping::Mapping;
use crate::context::mapping::node::Key;
use crate::context::mapping::previous::Previous;
use crate::identity::execution;
use crate::identity::resource::Resource;

/// Enters a resource that brings no context: exchanges ids and lists it.
///
/// Returns `false` on a thread past its end, where nothing could be noted.
#[inline]
pub(crate) fn enter(key: EntryKey, resource: &Resource) -> bool {
    match ENTERED.try_with(|entered| push(&mut entered.borrow_mut(), key, resource)) {
        Ok(true) => true,
        Ok(false) => enter_grown(key, *resource),
        Err(_) => false,
    }
}

/// Does nothing where the list would have to grow, since that allocates.
#[inline(always)]
fn push(list: &mut List, key: EntryKey, resource: &Resource) -> bool {
    if list.entries.len() == list.entries.capacity() {
        return false;
    }
    let depth = current::with(|current| current.depth.get());
    // Written straight into the list: each copy on the way is two dozen instructions.
    execution::with_executing(|executing| {
        let (resource, previous) = (*resource, *executing);
        list.entries.push(Entry { resource, previous, key, depth, state: State::Entered });
    });
    execution::set(*resource);
    current::with(|current| current.watch.note_entry(depth));
    true
}

/// The caller has left what layers had entered that have gone.
#[cold]
fn enter_grown(key: EntryKey, resource: Resource) -> bool {
    change(|list, thread| list.enter(thread, key, resource, &Mapping::EMPTY)).is_some()
}

/// Enters a resource that brings its captured context where that differs from the thread's.
pub(crate) fn enter_bringing(key: EntryKey, resource: Resource, captured: &Mapping) -> bool {
    change(|list, thread| list.enter(thread, key, resource, captured)).is_some()
}

/// Whether the last entry has this key, was entered in this level and has brought nothing.
#[inline]
pub(crate) fn is_last(key: EntryKey) -> bool {
    ENTERED.try_with(|entered| plain_last(&entered.borrow().entries, key).is_some()).unwrap_or(false)
}

/// Leaves the last entry if it has this key and this level, and has brought nothing.
#[inline]
pub(crate) fn leave_last(key: EntryKey) -> bool {
    let left = ENTERED.try_with(|entered| {
        let entries = &mut entered.borrow_mut().entries;
        execution::set(plain_last(entries, key)?.previous);
        entries.pop();
        let below = entries.last().map(|last| last.depth);
        current::with(|current| current.watch.note_last_unless_waiting(below));
        Some(())
    });
    matches!(left, Ok(Some(())))
}

#[inline(always)]
fn plain_last(entries: &[Entry], key: EntryKey) -> Option<&Entry> {
    let depth = current::with(|current| current.depth.get());
    entries.last().filter(|last| last.state == State::Entered && last.depth == depth && last.key == key)
}

/// The last entered resource of this thread that matches, if it was not left yet.
pub(crate) fn find(is_meant: impl Fn(EntryKey, &Resource) -> bool) -> Option<Resource> {
    ENTERED.try_with(|entered| entered.borrow().find(is_meant)).ok().flatten()
}

/// Leaves the resource that was last entered and answers to this, in whatever order.
pub(crate) fn leave(is_meant: impl Fn(EntryKey, &Resource) -> bool) {
    change_contained(|list, thread| list.leave(thread, is_meant));
}

/// The resource that answers to this and was entered in a level which has ended since.
///
/// Forgets it.
pub(crate) fn take_unfinished(is_meant: impl Fn(EntryKey, &Resource) -> bool) -> Option<Resource> {
    let has_any = ENTERED.try_with(|entered| entered.borrow().has_unfinished());
    if matches!(has_any, Ok(true)) { change(|list, _| list.take_unfinished(is_meant)).flatten() } else { None }
}

/// Whether layers were removed since this thread last asked; their entries are to be left.
#[inline]
pub(crate) fn has_gone_layers() -> bool {
    let newest = enterer::count_gone();
    current::with(|current| current.seen_gone.get() != newest && current.seen_gone.replace(newest) != newest)
}

/// Ends the level at this depth and everything entered in it.
///
/// The context is then the level's own.
pub(super) fn end_level(level: Level) {
    change_contained(|list, thread| list.end_level(thread, level));
}

/// The thread is back at a level: what was left meanwhile, out of order, is handed on.
pub(super) fn settle() {
    change_contained(List::settle);
}

/// Keeps what a value covers that was set for a call. Gives it back where the list is gone.
#[inline]
pub(super) fn keep_value(local: Key, serial: u64, covered: Previous) -> Result<(), Previous> {
    let mut covered = Some(covered);
    let kept = ENTERED.try_with(|entered| push_value(&mut entered.borrow_mut(), local, serial, &mut covered));
    match covered {
        Some(covered) if kept.is_ok() => keep_value_in_grown(local, serial, covered),
        Some(covered) => Err(covered),
        None => Ok(()),
    }
}

/// Does nothing where a list would have to grow, since that allocates.
#[inline]
fn push_value(list: &mut List, local: Key, serial: u64, covered: &mut Option<Previous>) {
    let has_room = list.entries.len() < list.entries.capacity() && list.values.len() < list.values.capacity();
    if let Some(covered) = covered.take_if(|_| has_room) {
        current::with(|current| {
            list.keep_value(current.depth.get(), local, serial, covered);
            current.watch.note_entry(current.depth.get());
        });
    }
}

#[cold]
fn keep_value_in_grown(local: Key, serial: u64, covered: Previous) -> Result<(), Previous> {
    let mut covered = Some(covered);
    let keep = |list: &mut List, thread: &mut Thread| {
        list.keep_value(thread.depth, local, serial, covered.take().unwrap_or(Previous::NOTHING));
    };
    change(keep).ok_or_else(|| covered.unwrap_or(Previous::NOTHING))
}

/// Removes the value's entry if it is the last one.
///
/// The value then ends in the current context alone.
pub(super) fn take_last_value(serial: u64) -> Option<Previous> {
    let take = |list: &mut List| {
        let is_it = |last: &&Entry| last.as_value().is_some_and(|(found, _)| found == serial);
        list.entries.last().filter(is_it)?;
        list.entries.pop();
        let below = list.entries.last().map(|last| last.depth);
        current::with(|current| current.watch.note_last_unless_waiting(below));
        list.values.pop()
    };
    ENTERED.try_with(|entered| take(&mut entered.borrow_mut())).ok().flatten()
}

pub(super) fn end_kept_value(serial: u64) {
    change(|list, thread| list.end_kept_value(thread, serial));
}

pub(super) fn end_own_value(local: Key, covered: Previous) -> Result<(), Previous> {
    let mut covered = Some(covered);
    let ended = change(|list, thread| list.end_own_value(thread, local, covered.take().unwrap_or(Previous::NOTHING)));
    ended.ok_or_else(|| covered.unwrap_or(Previous::NOTHING))
}

pub(super) fn drop_guard(guard: GuardEnd) {
    change(|list, thread| list.drop_guard(thread, guard));
}
