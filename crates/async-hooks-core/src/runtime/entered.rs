//! Resources that adapters enter and leave without a closure, in any order.

use std::cell::RefCell;
use std::mem;

use crate::context::current;
use crate::context::mapping::Mapping;
use crate::hooks::dispatch;
use crate::hooks::events::Events;
use crate::hooks::list;
use crate::identity::execution;
use crate::identity::id::AsyncId;
use crate::identity::resource::Resource;
use crate::resource::async_resource::AsyncResource;

/// Names an entering to whoever leaves: who enters, and what that one calls it. Not reused while entered.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Key(pub u64, pub u64);

/// One resource entered on this thread and not left yet.
struct Entry {
    key: Key,
    resource: Resource,
    previous: Resource,
    /// Its context was brought to a thread that had none, and goes with it.
    brought_context: bool,
    /// A task on a thread that was in ROOT: it has a context of its own or none, and what is entered in it may bring one.
    is_task: bool,
}

impl Entry {
    /// The common case: it is what executes, and no hook wants to know that it no longer does.
    #[inline]
    fn can_be_left_in_silence(&self) -> bool {
        !list::is_wanted(Events::AFTER) && execution::executing() == self.resource
    }
}

thread_local! {
    /// In the order of entering; an entry may stay behind when its scope was cut short by the end of a poll.
    static ENTRIES: RefCell<Vec<Entry>> = const { RefCell::new(Vec::new()) };
}

/// Whether another sends the events of this resource, since it was [offered](offer).
#[inline]
#[must_use]
pub fn is_adopted(resource: &AsyncResource) -> bool {
    resource.is_adopted()
}

/// Makes the resource the executing one of this thread until it is left, and says whether its context came with it, or nothing if
/// it was not entered; hooks hear of it by [`emit_before`].
///
/// Its captured context comes with it only to a thread that is in ROOT and has none, so that a resource entered inside
/// another scope never hides the values there; being in a task (`is_task`) that was entered in ROOT is as good, for all that is
/// entered in a poll is entered in its task. A thread past its end, which could not note the way back, stays as it is.
#[inline]
pub fn enter_silently(entered: &AsyncResource, key: Key, is_task: bool) -> Option<bool> {
    let entered = ENTRIES.try_with(|entries| {
        let resource = entered.resource();
        let previous = execution::replace(resource);
        let is_in_root = previous.async_id() == AsyncId::ROOT;
        let may_bring = is_in_root || is_in_task(&entries.borrow(), &previous);
        let brought_context = may_bring && bring_context(entered.context());
        entries.borrow_mut().push(Entry { key, resource, previous, brought_context, is_task: is_task && is_in_root });
        brought_context
    });
    entered.ok()
}

#[inline(never)]
fn is_in_task(entries: &[Entry], executing: &Resource) -> bool {
    entries.last().is_some_and(|top| top.is_task && top.resource == *executing)
}

/// Who a resource is, to enter it by while it is alive but not at hand. Owns nothing, and keeps nothing alive.
#[derive(Clone, Copy, Debug)]
pub struct Known {
    resource: Resource,
    has_values: bool,
}

impl Known {
    /// What is to be known of it.
    #[inline]
    #[must_use]
    pub fn of(resource: &AsyncResource) -> Self {
        Known { resource: resource.resource(), has_values: !resource.context().is_empty() }
    }

    /// Who it is.
    #[inline]
    #[must_use]
    pub fn async_id(&self) -> AsyncId {
        self.resource.async_id()
    }
}

/// As [`enter_silently`], for what is no task; does nothing and says false where values may have to be brought, for they are
/// the resource's.
#[inline]
pub fn enter_known(entered: &Known, key: Key) -> bool {
    if entered.has_values && current::read(Mapping::is_empty) {
        return false;
    }
    let noted = ENTRIES.try_with(|entries| {
        let resource = entered.resource;
        let previous = execution::replace(resource);
        entries.borrow_mut().push(Entry { key, resource, previous, brought_context: false, is_task: false });
    });
    noted.is_ok()
}

/// Sends the `before` of the executing resource, right behind [`enter_silently`].
#[inline]
pub fn emit_before() {
    if list::is_wanted(Events::BEFORE) {
        execution::with_executing(dispatch::before);
    }
}

/// Undoes the last entering under this key on this thread; false if there was none.
///
/// When something was entered above it, that one is left standing, and leads back to where this one came from.
#[inline]
pub fn leave(key: Key) -> bool {
    let left_top = ENTRIES.try_with(|entries| {
        let mut entries = entries.borrow_mut();
        let top = entries.last().filter(|top| top.key == key && top.can_be_left_in_silence())?;
        execution::replace(top.previous);
        let brought_context = top.brought_context;
        entries.pop();
        Some(brought_context)
    });
    match left_top {
        Ok(Some(false)) => true,
        Ok(Some(true)) => {
            current::swap(&mut Mapping::default());
            true
        }
        _ => leave_entry(|entry| entry.key == key),
    }
}

/// As [`leave`], for who has lost the key.
pub fn leave_resource(left: &Resource) -> bool {
    leave_entry(|entry| entry.resource == *left)
}

fn leave_entry(is_left: impl Fn(&Entry) -> bool) -> bool {
    let Ok(Some(entry)) = ENTRIES.try_with(|entries| take_out(&mut entries.borrow_mut(), is_left)) else {
        return false;
    };
    if execution::executing() == entry.resource {
        after(&entry.resource);
        restore(entry);
    } else {
        after_elsewhere(&entry.resource);
    }
    true
}

/// Something above was entered later, or a poll that ended in between has restored the thread already: ids stay.
#[cold]
fn after_elsewhere(left: &Resource) {
    let executing = execution::replace(*left);
    after(left);
    execution::replace(executing);
}

fn after(left: &Resource) {
    if list::is_wanted(Events::AFTER) {
        dispatch::after(left);
    }
}

#[inline]
fn bring_context(captured: &Mapping) -> bool {
    let brings = !captured.is_empty() && current::read(Mapping::is_empty);
    if brings {
        // What it replaces is empty, so nothing is dropped here.
        drop(current::change_to_stay(|mapping| mem::replace(mapping, captured.clone())));
    }
    brings
}

fn take_out(entries: &mut Vec<Entry>, is_left: impl Fn(&Entry) -> bool) -> Option<Entry> {
    let position = entries.iter().rposition(is_left)?;
    let entry = entries.remove(position);
    if let Some(above) = entries[position..].iter_mut().find(|above| above.previous == entry.resource) {
        above.previous = entry.previous;
        above.brought_context |= entry.brought_context;
    }
    Some(entry)
}

fn restore(entry: Entry) {
    execution::replace(entry.previous);
    if entry.brought_context {
        current::swap(&mut Mapping::default());
    }
}
