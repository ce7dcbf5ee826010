//! What a thread knows of the hooks: the copy of their list it used last, and whether it delivers an event to them.
//!
//! One borrow says both: it is held while hooks run, so what they do finds the copy lent out and knows that it is heard by nobody.

use std::cell::{Cell, RefCell};
use std::mem::ManuallyDrop;

use crate::hook::Events;
use crate::hook_list::{LastUsed, Link};

thread_local! {
    /// Without a destructor: reaching it is one instruction, and it is there in thread-local destructors.
    static DELIVERY: Delivery = const { Delivery::new() };

    /// Lets go of the copy then.
    static AT_THREAD_END: AtThreadEnd = const { AtThreadEnd };
}

struct Delivery {
    /// Borrowed while an event is delivered from it.
    last_used: RefCell<ManuallyDrop<LastUsed>>,
    /// Whether something is left to do when the event has been delivered.
    has_rest: Cell<bool>,
}

impl Delivery {
    const fn new() -> Self {
        Delivery { last_used: RefCell::new(ManuallyDrop::new(LastUsed::NONE)), has_rest: Cell::new(false) }
    }

    #[cold]
    fn finish(&self, last_used: &mut LastUsed, do_rest: fn(&mut LastUsed)) {
        while self.has_rest.replace(false) {
            do_rest(last_used);
        }
    }
}

struct AtThreadEnd;

impl Drop for AtThreadEnd {
    fn drop(&mut self) {
        forget_last_used();
    }
}

/// Whether a hook runs on this thread.
#[inline]
pub(crate) fn is_delivering() -> bool {
    DELIVERY.with(|delivery| delivery.last_used.try_borrow_mut().is_err())
}

/// While an event is being delivered: has the rest done when that has ended.
pub(crate) fn leave_a_rest() {
    DELIVERY.with(|delivery| delivery.has_rest.set(true));
}

/// Delivers, where nothing is being delivered, and then does the rest for as long as there is any. Otherwise does nothing.
#[inline(always)]
pub(crate) fn alone(deliver: impl FnOnce(&mut LastUsed), do_rest: fn(&mut LastUsed)) {
    DELIVERY.with(|delivery| {
        if let Ok(mut last_used) = delivery.last_used.try_borrow_mut() {
            deliver(&mut last_used);
            if delivery.has_rest.get() {
                delivery.finish(&mut last_used, do_rest);
            }
        }
    });
}

/// Runs `f` with the first of the hooks that want the event now, if any does; what it enables and disables takes effect behind it.
#[inline(always)]
pub(crate) fn with_first(last_used: &mut LastUsed, event: Events, f: impl FnOnce(&Link)) {
    if !last_used.is_newest() {
        renew(last_used);
    }
    if let Some(first) = last_used.first(event) {
        f(first);
    }
}

#[cold]
fn renew(last_used: &mut LastUsed) {
    last_used.renew();
    if AT_THREAD_END.try_with(|_| ()).is_err() {
        // A thread past its end keeps nothing for the next event.
        leave_a_rest();
    }
}

/// Lets go of this thread's copy, so that a hook disabled here is not kept alive by it: at once, or when the event that is
/// being delivered from it has been.
pub(crate) fn forget_last_used() {
    let forgotten = DELIVERY.with(|delivery| match delivery.last_used.try_borrow_mut() {
        Ok(mut last_used) => last_used.take(),
        Err(_) => {
            delivery.has_rest.set(true);
            LastUsed::NONE
        }
    });
    // Only now, when nothing is borrowed: this may be the last of a hook.
    forgotten.forget();
}
