//! What a thread has entered and may leave in any order: spans, drivers, and values set on top of them.
//!
//! Levels leave in the opposite order and need no list; each belongs to the stack of the call that entered it. A span may be left
//! at any moment: from inside a level that was entered later, after the level in which it was entered, or never.

pub(crate) mod entry;

pub(crate) mod enterer;

mod thread;

mod list;

mod value;

mod guard;

use std::cell::RefCell;
use std::mem;

use crate::context::current;
use crate::context::entered::entry::GuardEnd;
use crate::context::entered::entry::{EnteredResource, Entry, EntryKey, What};
pub(super) use crate::context::entered::list::Level;
use crate::context::entered::list::List;
use crate::context::entered::thread::{Discarded, Thread};
use crate::context::found::Found;
use crate::context::mapping::Mapping;
use crate::context::node::Key;
use crate::context::setter::Setter;
use crate::identity::execution;
use crate::identity::id::AsyncId;
use crate::identity::resource::Resource;

thread_local! {
    static ENTERED: RefCell<List> = const { RefCell::new(List::new()) };
}

/// Enters a resource that brings no context: exchanges ids and lists it. Returns `false` on a thread past its end, where nothing
/// could be noted.
#[inline]
pub(crate) fn enter(key: EntryKey, resource: Resource) -> bool {
    ENTERED
        .try_with(|entered| push(&mut entered.borrow_mut(), key, resource))
        .is_ok_and(|is_done| is_done || enter_grown(key, resource))
}

/// Does nothing where the list would have to grow, since that allocates.
#[inline]
fn push(list: &mut List, key: EntryKey, resource: Resource) -> bool {
    if list.entries.len() == list.entries.capacity() {
        return false;
    }
    let previous = execution::replace(resource);
    current::with(|current| {
        let depth = current.depth.get();
        let entered = EnteredResource { key, resource, previous, has_ids: true, brings: false };
        list.entries.push(Entry::new(depth, What::Resource(entered)));
        current.watch.note_entry(depth);
    });
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

/// Whether the last entry is the resource with this key, was entered in this level and executes.
#[inline]
pub(crate) fn is_last(key: EntryKey) -> bool {
    let is_last = |entered: &RefCell<List>| {
        let depth = current::with(|current| current.depth.get());
        let entered = entered.borrow();
        let last = entered.entries.last().filter(|last| last.depth == depth && !last.is_left);
        last.and_then(Entry::resource).is_some_and(|last| last.key == key)
    };
    ENTERED.try_with(is_last).unwrap_or(false)
}

/// Leaves the last entry if it is the resource with this key, was entered in this level and has brought nothing.
#[inline]
pub(crate) fn leave_last(key: EntryKey) -> bool {
    let left = ENTERED.try_with(|entered| {
        let entries = &mut entered.borrow_mut().entries;
        let depth = current::with(|current| current.depth.get());
        let last = entries.last().filter(|last| last.depth == depth && !last.is_left)?;
        let last = last.resource().filter(|last| last.key == key && !last.brings)?;
        execution::set(last.previous);
        entries.pop();
        let below = entries.last().map(|last| last.depth);
        current::with(|current| current.watch.note_last_unless_waiting(below));
        Some(())
    });
    matches!(left, Ok(Some(())))
}

/// The resource that was last entered on this thread and answers to this, if it was not left yet.
pub(crate) fn find(is_meant: impl Fn(EntryKey, &Resource) -> bool) -> Option<Resource> {
    let entered =
        |list: &RefCell<List>| Some(list.borrow().find(|entered| is_meant(entered.key, &entered.resource))?.resource);
    ENTERED.try_with(entered).ok().flatten()
}

/// Leaves the resource that was last entered and answers to this, in whatever order.
pub(crate) fn leave(is_meant: impl Fn(EntryKey, &Resource) -> bool) {
    change_contained(|list, thread| list.leave(thread, |entered| is_meant(entered.key, &entered.resource)));
}

/// The resource that answers to this and was entered in a level which has ended since. Forgets it.
pub(crate) fn take_unfinished(is_meant: impl Fn(EntryKey, &Resource) -> bool) -> Option<Resource> {
    let has_any = ENTERED.try_with(|entered| entered.borrow().has_unfinished());
    if matches!(has_any, Ok(true)) { change(|list, _| list.take_unfinished(is_meant)).flatten() } else { None }
}

/// Whether layers have gone since this thread last asked; what they had entered is to be left.
pub(crate) fn note_gone() -> bool {
    let newest = enterer::count_gone();
    let note = |list: &RefCell<List>| mem::replace(&mut list.borrow_mut().seen_gone, newest) != newest;
    ENTERED.try_with(note).unwrap_or(false)
}

/// Whether this thread has anything listed at all.
#[inline]
pub(crate) fn is_any() -> bool {
    current::with(|current| current.watch.has_entries())
}

/// The level at this depth ends: what was entered in it ends, and the context is the level's own.
pub(super) fn end_level(level: Level) {
    change_contained(|list, thread| list.end_level(thread, level));
}

/// The thread is back at a level: what was left meanwhile, out of order, is handed on.
pub(super) fn settle() {
    change_contained(List::settle);
}

/// Who sets a value here.
pub(super) fn owner() -> Option<Setter> {
    change(|list, thread| list.owner(thread, list.entries.len()))
}

/// Which resource executes in this thread's innermost level, whatever spans have been entered in it.
pub(super) fn resource_of_level() -> AsyncId {
    change(|list, thread| list.resource_of_level(thread))
        .map_or_else(execution::execution_async_id, |resource| resource.async_id())
}

/// The context of this thread's innermost level, whatever spans have brought on top of it.
pub(super) fn own_context() -> Mapping {
    let own = change(|list, thread| {
        let index = list.index_of_brought(list.first_of_level(thread.depth));
        list.context(thread, index).clone()
    });
    own.unwrap_or_else(current::capture)
}

/// Whether a span has brought another context on top of that of this thread's innermost level.
pub(super) fn is_brought() -> bool {
    let is_brought = |list: &mut List, thread: &mut Thread| {
        list.index_of_brought(list.first_of_level(thread.depth)) < list.brought.len()
    };
    is_any() && change(is_brought) == Some(true)
}

/// Sets a local for a call; returns what that covers, unless the list keeps it. Gives the value back where the list is gone.
pub(super) fn set_value(local: Key, serial: u64, value: Found) -> Result<Option<Found>, Found> {
    let mut value = Some(value);
    let set = change(|list, thread| list.set_value(thread, local, serial, value.take().unwrap_or(Found::NOTHING)));
    set.ok_or_else(|| value.unwrap_or(Found::NOTHING))
}

/// Keeps what a value covers that was set for a call.
pub(super) fn keep_value(local: Key, serial: u64, covered: Found) -> Result<(), Found> {
    let mut covered = Some(covered);
    let kept = change(|list, thread| list.keep_value(thread, local, serial, covered.take().unwrap_or(Found::NOTHING)));
    kept.ok_or_else(|| covered.unwrap_or(Found::NOTHING))
}

pub(super) fn end_kept_value(serial: u64) {
    change(|list, thread| list.end_kept_value(thread, serial));
}

pub(super) fn end_own_value(local: Key, covered: Found) -> Result<(), Found> {
    let mut covered = Some(covered);
    let ended = change(|list, thread| list.end_own_value(thread, local, covered.take().unwrap_or(Found::NOTHING)));
    ended.ok_or_else(|| covered.unwrap_or(Found::NOTHING))
}

pub(super) fn drop_guard(guard: GuardEnd) {
    change(|list, thread| list.drop_guard(thread, guard));
}

/// Changes the list and the thread together, and drops what that leaves over. Does nothing on a thread past its end.
#[cold]
fn change<R>(f: impl FnOnce(&mut List, &mut Thread) -> R) -> Option<R> {
    take_both(f).map(|(result, _)| result)
}

/// As [`change`], for what runs in guards: a panic of what is dropped does not reach them.
#[cold]
fn change_contained<R>(f: impl FnOnce(&mut List, &mut Thread) -> R) -> Option<R> {
    let (result, discarded) = take_both(f)?;
    discarded.drop_contained();
    Some(result)
}

/// Neither is borrowed while `f` runs. What an allocator enters meanwhile it has left again.
fn take_both<R>(f: impl FnOnce(&mut List, &mut Thread) -> R) -> Option<(R, Discarded)> {
    let mut list = ENTERED.try_with(|entered| mem::take(&mut *entered.borrow_mut())).ok()?;
    let mut thread = Thread::take();
    let result = f(&mut list, &mut thread);
    let (last, is_waiting) = list.watched();
    let discarded = thread.put_back();
    current::with(|current| current.watch.note_last(last, is_waiting));
    let empty = ENTERED.try_with(|entered| mem::replace(&mut *entered.borrow_mut(), list));
    drop(empty);
    Some((result, discarded))
}
