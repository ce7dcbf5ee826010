//! Sends the events to the enabled hooks, each from one line.
//!
//! While an event is delivered, the thread is *delivering*: what hooks do then is sent to nobody, except that a `destroy`
//! of a resource which hooks have seen waits until the delivery has ended. So there is no recursion.

use std::any::Any;
use std::cell::RefCell;
use std::mem::ManuallyDrop;
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::hooks::events::Events;
use crate::hooks::hook::Hook;
use crate::hooks::list::{self, Enabled, LastUsed, Link};
use crate::hooks::thread_cache::{self, is_delivering};
use crate::identity::resource::Resource;
use crate::panics::{discard, report};

// For a single event each; the caller has asked `is_wanted`, so that a program without hooks does not even come here.

/// Takes a copy, so that what is created need not be in memory to be told of.
#[inline(never)]
pub(crate) fn init(resource: Resource) {
    send(&resource, |hooks| deliver(hooks, Events::INIT, &resource, |hook| hook.init(&resource)));
}

#[inline]
pub(crate) fn before(resource: &Resource) {
    send(resource, |hooks| deliver(hooks, Events::BEFORE, resource, |hook| hook.before(resource)));
}

#[inline]
pub(crate) fn after(resource: &Resource) {
    send(resource, |hooks| deliver(hooks, Events::AFTER, resource, |hook| hook.after(resource)));
}

#[inline]
pub(crate) fn resolve(resource: &Resource) {
    send(resource, |hooks| deliver(hooks, Events::RESOLVE, resource, |hook| hook.resolve(resource)));
}

#[inline(never)]
pub(crate) fn destroy(resource: &Resource) {
    if is_delivering() {
        postpone_destroy(*resource);
    } else {
        send(resource, |hooks| deliver_destroy(hooks, resource));
    }
}

/// What wakes is `by`; of a wake inside a hook nobody hears.
#[inline(never)]
pub(crate) fn wake(resource: &Resource, by: Resource) {
    send(resource, |hooks| deliver(hooks, Events::WAKE, resource, |hook| hook.wake(resource, by)));
}

thread_local! {
    /// Not dropped with the thread, so that it is there for destroys in thread-local destructors; it is empty and owns no
    /// memory whenever no event is being delivered.
    static POSTPONED: RefCell<ManuallyDrop<Vec<Resource>>> = const { RefCell::new(ManuallyDrop::new(Vec::new())) };
}

#[inline]
fn send(resource: &Resource, deliver: impl FnOnce(&LastUsed)) {
    if resource.is_observed() {
        thread_cache::alone(deliver, do_rest);
    }
}

/// Asks a hook what it wants; `None`, and a report, if it panics. What it does meanwhile reaches no hook either.
pub(crate) fn ask_events(listener: &Enabled) -> Option<Events> {
    let mut answer = None;
    let mut ask = || answer = Some(catch_unwind(AssertUnwindSafe(|| listener.hook.events())));
    if is_delivering() {
        ask();
    } else {
        thread_cache::alone(|_| ask(), do_rest);
    }
    answer?.map_err(report_refused).ok()
}

#[inline(always)]
fn deliver(hooks: &LastUsed, event: Events, resource: &Resource, call: impl Fn(&dyn Hook)) {
    let Some(mut called) = hooks.first(event) else { return };
    // One `catch_unwind` serves all the hooks.
    let outcome = catch_unwind(AssertUnwindSafe(|| call_from(&mut called, &call)));
    if let Err(payload) = outcome {
        call_rest(event, resource, called, &call, payload);
    }
}

#[inline(always)]
fn deliver_destroy(hooks: &LastUsed, resource: &Resource) {
    deliver(hooks, Events::DESTROY, resource, |hook| hook.destroy(resource));
}

/// Calls this one and those behind it; `called` says which one it was if one panics.
#[inline(always)]
fn call_from(called: &mut &Link, call: impl Fn(&dyn Hook)) {
    call(&*called.enabled.hook);
    while let Some(next) = called.next() {
        *called = next;
        call(&*called.enabled.hook);
    }
}

/// After a panic: disables the hook that panicked and goes on behind it.
#[cold]
fn call_rest(
    event: Events,
    resource: &Resource,
    mut called: &Link,
    call: impl Fn(&dyn Hook),
    payload: Box<dyn Any + Send>,
) {
    let mut outcome = Err(payload);
    while let Err(payload) = outcome {
        disable_panicked(&called.enabled, event, resource, payload);
        let Some(next) = called.next() else { return };
        called = next;
        outcome = catch_unwind(AssertUnwindSafe(|| call_from(&mut called, &call)));
    }
}

#[cold]
fn postpone_destroy(resource: Resource) {
    if resource.is_observed() {
        POSTPONED.with_borrow_mut(|postponed| postponed.push(resource));
        thread_cache::leave_a_rest();
    }
}

/// What these cause in turn is postponed again, so a chain of any length is a loop and not a recursion.
#[cold]
fn do_rest(hooks: &mut LastUsed) {
    let batch = POSTPONED.replace(ManuallyDrop::new(Vec::new()));
    ManuallyDrop::into_inner(batch).iter().for_each(|resource| deliver_destroy(thread_cache::newest(hooks), resource));
}

#[cold]
fn disable_panicked(culprit: &Enabled, event: Events, resource: &Resource, payload: Box<dyn Any + Send>) {
    list::disable(culprit);
    thread_cache::leave_a_rest();
    if culprit.note_panic() {
        let (event, id, kind) = (event.name(), resource.async_id(), resource.kind());
        report(format_args!("a hook panicked in `{event}` of {id} {kind:?} and was disabled"), &*payload);
    }
    discard(payload);
}

/// A hook that panics when asked for its events is not enabled at all.
#[cold]
fn report_refused(payload: Box<dyn Any + Send>) {
    report(format_args!("a hook panicked in `events` and was not enabled"), &*payload);
    discard(payload);
}
