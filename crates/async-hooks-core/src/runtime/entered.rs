//! Spans and drivers: entered and left without a closure, in any order.
//!
//! ```text
//!   enter             ids in, context in       runs no foreign code, so the caller may hold a lock
//!   emit_before       before                   the caller holds no lock
//!   …
//!   leave             after, context out, ids out
//! ```

use crate::context::current;
use crate::context::entered::{self, enterer};
use crate::hooks::dispatch;
use crate::hooks::events::Events;
use crate::hooks::list;
use crate::identity::execution;
use crate::identity::id::AsyncId;
use crate::identity::resource::Resource;
use crate::resource::async_resource::AsyncResource;
use crate::resource::scope;

pub use crate::context::entered::entry::EntryKey;

/// What it takes to enter a resource while it lives: ids and the place of its context.
///
/// Owns nothing.
#[derive(Clone, Copy, Debug)]
pub struct SpanHandle {
    resource: Resource,
    /// 0 where it captured no value.
    captured: usize,
}

impl SpanHandle {
    /// The handle of this resource, good until the resource ends.
    #[inline]
    #[must_use]
    pub fn of(resource: &AsyncResource) -> Self {
        let captured = resource.context();
        let captured = if captured.is_empty() { 0 } else { captured.address() };
        SpanHandle { resource: resource.resource(), captured }
    }

    /// Who it is.
    #[inline]
    #[must_use]
    pub fn async_id(&self) -> AsyncId {
        self.resource.async_id()
    }
}

/// Enters a resource that brings no context here, and returns whether it does.
///
/// It captured none, or the very one that is current.
#[inline(always)]
pub fn enter_by_handle(handle: &SpanHandle, key: EntryKey) -> bool {
    let brings_none = handle.captured == 0 || handle.captured == current::read(|mapping| mapping.address());
    brings_none && entered::enter(key, &handle.resource)
}

/// Makes the resource the executing one of this thread until it is left.
///
/// Its captured context becomes current where it differs. Returns `false` on a thread past its end, which could not
/// note the way back.
#[inline(never)]
pub fn enter(resource: &AsyncResource, key: EntryKey) -> bool {
    enter_by_handle(&SpanHandle::of(resource), key)
        || entered::enter_bringing(key, resource.resource(), resource.context())
}

/// What executes on this thread below the spans that are entered.
///
/// It is a task, a request, or the root.
#[must_use]
pub fn resource_below_spans() -> AsyncId {
    if entered::is_any() { entered::resource_of_level() } else { execution::execution_async_id() }
}

/// Sends the `before` of the executing resource, right after [`enter`].
#[inline]
pub fn emit_before() {
    if list::is_wanted(Events::BEFORE) {
        execution::with_executing(dispatch::before);
    }
}

/// As [`emit_before`], for a poll that a runtime has begun.
#[inline]
pub(crate) fn emit_before_poll() {
    scope::as_poll(emit_before);
}

/// Undoes the last entering under this key on this thread; `false` if there was none.
///
/// Something may have been entered since: that stays, and leads back to where this entering came from.
#[inline]
pub fn leave(key: EntryKey) -> bool {
    if list::is_wanted(Events::AFTER) {
        return leave_with_after(key);
    }
    entered::leave_last(key) || leave_meant(|found, _| found == key)
}

#[inline(never)]
fn leave_with_after(key: EntryKey) -> bool {
    if !entered::is_last(key) {
        return leave_meant(|found, _| found == key);
    }
    execution::with_executing(dispatch::after);
    // Looked up again, since hooks may enter and leave spans as well.
    if !entered::leave_last(key) {
        entered::leave(|found, _| found == key);
    }
    true
}

/// As [`leave`], for a caller that has lost the key.
pub fn leave_resource(left: &Resource) -> bool {
    leave_meant(|key, resource| key.0 != enterer::RUNTIME && resource == left)
}

#[inline(never)]
fn leave_meant(is_meant: impl Fn(EntryKey, &Resource) -> bool + Copy) -> bool {
    if let Some(resource) = entered::find(is_meant) {
        after(&resource);
        entered::leave(is_meant);
        return true;
    }
    let unfinished = entered::take_unfinished(is_meant);
    unfinished.inspect(after).is_some()
}

/// Where something else executes, the resource does so for the length of the event.
fn after(left: &Resource) {
    if list::is_wanted(Events::AFTER) {
        let executing = execution::replace(*left);
        dispatch::after(left);
        execution::set(executing);
    }
}

/// Ends the resource: an entry by a removed layer on this thread is left now.
#[inline]
pub fn leave_ended(resource: &AsyncResource) {
    if entered::is_any() {
        leave_each_entry(&resource.resource());
    }
}

#[inline(never)]
fn leave_each_entry(ended: &Resource) {
    while leave_resource(ended) {}
}

/// Gives a layer its number: the first half of its keys.
#[must_use]
pub fn begin_layer() -> u64 {
    enterer::begin()
}

/// The layer with this number is gone: nobody leaves what it has entered.
///
/// Runs no foreign code, because a subscriber may drop a layer while it holds a lock. So what the layer had entered ends when its
/// span closes, or when the thread next enters a span.
pub fn end_layer(number: u64) {
    enterer::end(number);
}

/// Leaves what layers had entered on this thread that are gone.
///
/// Called before a span is entered, without a lock.
#[inline]
pub fn leave_gone_layers() {
    if entered::has_gone_layers() {
        leave_gone();
    }
}

#[cold]
fn leave_gone() {
    while leave_meant(|key, _| enterer::is_gone(key)) {}
}

/// The runtime of this thread begins to wait for timers and the system.
///
/// What it wakes is woken by the root, under this kind.
pub fn enter_driver(kind: &'static str) {
    // An earlier wait may have ended by unwinding: then nobody has left it.
    leave_driver();
    entered::enter(DRIVER, &Resource::root_as(kind));
}

/// The runtime of this thread waits no more.
pub fn leave_driver() {
    if entered::is_any() && !entered::leave_last(DRIVER) {
        entered::leave(|key, _| key == DRIVER);
    }
}

const DRIVER: EntryKey = EntryKey(enterer::RUNTIME, 0);
