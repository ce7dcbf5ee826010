//! Sends the five events to the enabled hooks, each from one line.
//!
//! While an event is delivered, the thread is *delivering*: what hooks do then is sent to nobody, except that a `destroy`
//! of a resource which hooks have seen waits until the delivery has ended. So there is no recursion.

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::io::Write as _;
use std::mem::{self, ManuallyDrop};
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::hook::{Events, Hook};
use crate::hook_list::{self, Enabled, is_wanted};
use crate::resource::Resource;

#[inline]
pub(crate) fn init(resource: &Resource) {
    if is_wanted(Events::INIT) && resource.is_observed() {
        send(|| deliver(Events::INIT, resource, |hook| hook.init(resource)));
    }
}

#[inline]
pub(crate) fn before(resource: &Resource) {
    if is_wanted(Events::BEFORE) && resource.is_observed() {
        send(|| deliver(Events::BEFORE, resource, |hook| hook.before(resource)));
    }
}

#[inline]
pub(crate) fn after(resource: &Resource) {
    if is_wanted(Events::AFTER) && resource.is_observed() {
        send(|| deliver(Events::AFTER, resource, |hook| hook.after(resource)));
    }
}

#[inline]
pub(crate) fn resolve(resource: &Resource) {
    if is_wanted(Events::RESOLVE) && resource.is_observed() {
        send(|| deliver(Events::RESOLVE, resource, |hook| hook.resolve(resource)));
    }
}

#[inline]
pub(crate) fn destroy(resource: &Resource) {
    if is_wanted(Events::DESTROY) && resource.is_observed() {
        if is_delivering() {
            postpone_destroy(*resource);
        } else {
            send(|| deliver_destroy(resource));
        }
    }
}

/// Whether a hook runs on this thread; what is created then is kept from hooks for life.
#[inline]
pub(crate) fn is_delivering() -> bool {
    PHASE.get() != Phase::Idle
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// No hook runs on this thread, and nothing is postponed.
    Idle,
    /// Hooks run.
    Delivering,
    /// Hooks run, and `POSTPONED` is not empty.
    DeliveringWithPostponed,
}

thread_local! {
    static PHASE: Cell<Phase> = const { Cell::new(Phase::Idle) };

    /// Not dropped with the thread, so that it is there for destroys in thread-local destructors; it is empty and owns no
    /// memory whenever no event is being delivered.
    static POSTPONED: RefCell<ManuallyDrop<Vec<Resource>>> = const { RefCell::new(ManuallyDrop::new(Vec::new())) };
}

#[inline]
fn send(deliver: impl FnOnce()) {
    if is_delivering() {
        return;
    }
    PHASE.set(Phase::Delivering);
    deliver();
    while PHASE.replace(Phase::Delivering) == Phase::DeliveringWithPostponed {
        deliver_postponed();
    }
    PHASE.set(Phase::Idle);
}

#[inline(never)]
fn deliver(event: Events, resource: &Resource, call: impl Fn(&dyn Hook)) {
    hook_list::with_enabled(|hooks| call_each(hooks, event, resource, call));
}

fn deliver_destroy(resource: &Resource) {
    deliver(Events::DESTROY, resource, |hook| hook.destroy(resource));
}

/// One `catch_unwind` serves all the hooks; after a panic the loop goes on behind the hook that panicked.
#[inline]
fn call_each(hooks: &[Enabled], event: Events, resource: &Resource, call: impl Fn(&dyn Hook)) {
    let mut called = 0;
    while called < hooks.len() {
        let outcome = catch_unwind(AssertUnwindSafe(|| {
            for enabled in &hooks[called..] {
                called += 1;
                if enabled.events.contains(event) {
                    call(&*enabled.hook);
                }
            }
        }));
        if let Err(payload) = outcome {
            disable_panicked(&hooks[called - 1], event, resource, payload);
        }
    }
}

#[cold]
fn postpone_destroy(resource: Resource) {
    POSTPONED.with_borrow_mut(|postponed| postponed.push(resource));
    PHASE.set(Phase::DeliveringWithPostponed);
}

/// What these cause in turn is postponed again, so a chain of any length is a loop and not a recursion.
#[cold]
fn deliver_postponed() {
    let batch = POSTPONED.replace(ManuallyDrop::new(Vec::new()));
    ManuallyDrop::into_inner(batch).iter().for_each(deliver_destroy);
}

#[cold]
fn disable_panicked(culprit: &Enabled, event: Events, resource: &Resource, payload: Box<dyn Any + Send>) {
    hook_list::disable(&culprit.hook);
    let message = panic_message(&*payload);
    // Not `eprintln!`, which panics when stderr is closed.
    let _ = writeln!(
        std::io::stderr(),
        "async-hooks: a hook panicked in `{}` of {} {:?} and was disabled: {message}",
        event.name(),
        resource.async_id(),
        resource.kind(),
    );
    discard(payload);
}

/// A hook that panics when asked for its events is not enabled at all.
#[cold]
pub(crate) fn report_refused(payload: Box<dyn Any + Send>) {
    let message = panic_message(&*payload);
    let _ = writeln!(std::io::stderr(), "async-hooks: a hook panicked in `events` and was not enabled: {message}");
    discard(payload);
}

fn panic_message(payload: &(dyn Any + Send)) -> &str {
    let text = payload.downcast_ref::<&'static str>().copied();
    text.or_else(|| payload.downcast_ref::<String>().map(String::as_str)).unwrap_or("(no message)")
}

/// A panic's payload is a value of the hook's choice, whose drop may panic in its turn.
fn discard(payload: Box<dyn Any + Send>) {
    if let Err(another) = catch_unwind(AssertUnwindSafe(|| drop(payload))) {
        mem::forget(another);
    }
}
