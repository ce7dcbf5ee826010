//! Sends the events to the enabled hooks, each event from one line.
//!
//! While hooks run, the thread is *delivering*: events raised then reach no hook, except that the `destroy` of an observed
//! resource is postponed until the delivery ends. So hooks never recurse.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::context::mapping::Mapping;
use crate::hooks::attribute_value::AttributeValue;
use crate::hooks::cached_hooks::{CachedHooks, HookNode};
use crate::hooks::events::Events;
use crate::hooks::hook::Hook;
use crate::hooks::list::{self, HookEntry, LIST, Wanted};
use crate::hooks::listener::Listener;
use crate::hooks::members;
use crate::hooks::scopes;
use crate::hooks::thread_cache::{self, is_delivering};
use crate::identity::execution;
use crate::identity::resource::Resource;
use crate::panics::{discard, report};

/// Calls one hook with the event that is delivered.
///
/// The rare paths take it as `dyn`: then they are compiled once, and the path of every event is short enough to be inlined.
type Call<'a> = dyn Fn(&dyn Hook) + 'a;

// One function per event. Callers test `is_wanted` first, so a program without hooks does not even call these.
// Those with several callers are never inlined: a single copy of the delivery is inlined here, two would be called.

/// Takes the resource by value: the caller can keep what it creates in registers.
#[inline(never)]
pub(crate) fn init(resource: Resource) {
    send(Events::INIT, &resource, |hook| hook.init(&resource));
}

#[inline(never)]
pub(crate) fn before(resource: &Resource) {
    send(Events::BEFORE, resource, |hook| hook.before(resource));
}

#[inline(never)]
pub(crate) fn after(resource: &Resource) {
    send(Events::AFTER, resource, |hook| hook.after(resource));
}

#[inline]
pub(crate) fn resolve(resource: &Resource) {
    send(Events::RESOLVE, resource, |hook| hook.resolve(resource));
}

/// Sends `destroy`; during a delivery, once that ends.
#[inline(never)]
pub(crate) fn destroy(resource: &Resource) {
    if !is_delivering() {
        send(Events::DESTROY, resource, |hook| hook.destroy(resource));
    } else if resource.is_observed() {
        thread_cache::postpone_destroy(*resource);
    }
}

/// Sends `wake`, caused by the resource `by`.
#[inline(never)]
pub(crate) fn wake(resource: &Resource, by: &Resource) {
    send(Events::WAKE, resource, |hook| hook.wake(resource, by));
}

/// Sends `attribute`. The root has none: all code outside resources shares it.
#[inline]
pub(crate) fn attribute(resource: &Resource, name: &'static str, value: &AttributeValue<'_>) {
    if resource.is_observed_below_root() {
        send(Events::ATTRIBUTE, resource, |hook| hook.attribute(resource, name, value));
    }
}

/// Sends several attributes in one delivery.
#[inline]
pub(crate) fn attributes(resource: &Resource, attributes: &[(&'static str, AttributeValue<'_>)]) {
    if resource.is_observed_below_root() {
        send(Events::ATTRIBUTE, resource, |hook| hook.attributes(resource, attributes));
    }
}

/// Forgets a resource that ends without `destroy`.
#[cold]
pub(crate) fn forget(resource: &Resource) {
    if members::may_contain(resource) {
        thread_cache::run_unobserved(|| members::remove(resource), deliver_destroy);
    }
}

/// Whether a hook may want this event of this resource.
///
/// Where events are frequent, the caller tests it in place: then a resource outside all scopes costs no call.
#[inline(always)]
pub(crate) fn is_wanted_of(event: Events, resource: &Resource) -> bool {
    match list::wanted(event) {
        Wanted::Never => false,
        Wanted::Always => true,
        Wanted::InScopes => members::may_contain(resource),
    }
}

/// As [`is_wanted_of`], for the resource that executes.
#[inline(always)]
pub(crate) fn is_wanted_of_executing(event: Events) -> bool {
    match list::wanted(event) {
        Wanted::Never => false,
        Wanted::Always => true,
        Wanted::InScopes => members::may_contain_identity(execution::identity_bits()),
    }
}

/// Whether a hook may want the `init` of a resource that is created in this context.
#[inline(always)]
pub(crate) fn is_init_wanted_in(context: &Mapping) -> bool {
    match list::wanted(Events::INIT) {
        Wanted::Never => false,
        Wanted::Always => true,
        Wanted::InScopes => scopes::has_any(context),
    }
}

#[inline(always)]
fn send(event: Events, resource: &Resource, call: impl Fn(&dyn Hook)) {
    if resource.is_observed() {
        thread_cache::deliver_outermost(move |hooks| deliver(hooks, event, resource, call), deliver_destroy);
    }
}

/// Asks a hook which events it wants; a hook that panics is reported, and gets `None`.
pub(crate) fn ask_events(listener: &Listener) -> Option<Events> {
    let ask = || catch_unwind(AssertUnwindSafe(|| listener.hook.events()));
    thread_cache::run_unobserved(ask, deliver_destroy).map_err(report_refused).ok()
}

#[inline(always)]
fn deliver(hooks: &CachedHooks, event: Events, resource: &Resource, call: impl Fn(&dyn Hook)) {
    let Some(mut called) = hooks.first(event) else {
        return deliver_scoped(hooks, event, resource, &call);
    };
    // One `catch_unwind` serves all the hooks.
    let outcome = catch_unwind(AssertUnwindSafe(|| call_from(&mut called, &call)));
    if let Err(payload) = outcome {
        call_rest(event, resource, called, &call, payload);
    }
}

#[inline(always)]
fn deliver_destroy(hooks: &CachedHooks, resource: &Resource) {
    deliver(hooks, Events::DESTROY, resource, |hook| hook.destroy(resource));
}

/// Delivers while scopes are open.
///
/// To the hooks that want the event of all resources, and to those with a scope that the resource is in.
#[cold]
fn deliver_scoped(hooks: &CachedHooks, event: Events, resource: &Resource, call: &Call<'_>) {
    if event == Events::INIT {
        // During the delivery, because an allocator may raise events.
        scopes::current().into_iter().for_each(|scopes| members::insert(resource, scopes));
    }
    let scopes = members::scopes_of(resource);
    for HookEntry { listener, events, is_global } in hooks.while_scoped() {
        let is_wanted = || *is_global || scopes.as_ref().is_some_and(|scopes| scopes.contain(listener));
        if events.contains(event) && is_wanted() {
            if let Err(payload) = catch_unwind(AssertUnwindSafe(|| call(&*listener.hook))) {
                disable_panicked(listener, event, resource, payload);
            }
        }
    }
    if event == Events::DESTROY {
        members::remove(resource);
    }
}

/// Calls this hook and those behind it; after a panic, `called` is the one that panicked.
#[inline(always)]
fn call_from(called: &mut &HookNode, call: impl Fn(&dyn Hook)) {
    call(&*called.listener.hook);
    while let Some(next) = called.next() {
        *called = next;
        call(&*called.listener.hook);
    }
}

/// Disables the hook that panicked, and calls those behind it.
#[cold]
fn call_rest(event: Events, resource: &Resource, mut called: &HookNode, call: &Call<'_>, payload: Box<dyn Any + Send>) {
    let mut outcome = Err(payload);
    while let Err(payload) = outcome {
        disable_panicked(&called.listener, event, resource, payload);
        let Some(next) = called.next() else { return };
        called = next;
        outcome = catch_unwind(AssertUnwindSafe(|| call_from(&mut called, call)));
    }
}

#[cold]
fn disable_panicked(culprit: &Listener, event: Events, resource: &Resource, payload: Box<dyn Any + Send>) {
    LIST.disable(culprit);
    thread_cache::request_flush();
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
