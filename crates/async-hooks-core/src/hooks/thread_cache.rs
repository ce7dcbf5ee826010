//! What a thread knows of the hooks: the copy of their list it used last, and whether it delivers an event to them.
//!
//! One borrow says both: it is held while hooks run, so what they do finds the copy lent out and knows that it is heard by nobody.

use std::cell::{Cell, RefCell};
use std::mem::ManuallyDrop;

use crate::hooks::list::{self, LastUsed};

thread_local! {
    /// Without a destructor: reaching it is one instruction, and it is there in thread-local destructors.
    static DELIVERY: Delivery = const { Delivery::new() };

    /// Lets go of the copy then.
    static AT_THREAD_END: AtThreadEnd = const { AtThreadEnd };
}

struct Delivery {
    /// What [`list::interest`] was when the copy was made; 0 when there is none.
    interest: Cell<u64>,
    /// Borrowed while an event is delivered from it.
    last_used: RefCell<ManuallyDrop<LastUsed>>,
    /// Whether something is left to do when the event has been delivered.
    has_rest: Cell<bool>,
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

/// Delivers to the newest hooks, where nothing is being delivered, and then does the rest for as long as there is any. Otherwise
/// does nothing.
#[inline(always)]
pub(crate) fn alone(deliver: impl FnOnce(&LastUsed), do_rest: fn(&mut LastUsed)) {
    DELIVERY.with(|delivery| {
        // Asked before it is borrowed, so that what renews it need not be handed where it is.
        if delivery.is_outdated() {
            renew();
        }
        if let Ok(last_used) = delivery.last_used.try_borrow_mut() {
            deliver(&last_used);
            drop(last_used);
            if delivery.has_rest.get() {
                finish(do_rest);
            }
        }
    });
}

#[cold]
fn finish(do_rest: fn(&mut LastUsed)) {
    DELIVERY.with(|delivery| {
        let Ok(mut last_used) = delivery.last_used.try_borrow_mut() else { return };
        while delivery.has_rest.replace(false) {
            delivery.take(&mut last_used).forget();
            do_rest(&mut last_used);
        }
    });
}

/// The newest hooks, for who does the rest.
pub(crate) fn newest(last_used: &mut LastUsed) -> &LastUsed {
    DELIVERY.with(|delivery| {
        if delivery.is_outdated() {
            delivery.renew(last_used);
        }
    });
    last_used
}

/// Lets go of this thread's copy, so that a hook disabled here is not kept alive by it: at once, or when the event that is
/// being delivered from it has been.
pub(crate) fn forget_last_used() {
    let forgotten = DELIVERY.with(|delivery| match delivery.last_used.try_borrow_mut() {
        Ok(mut last_used) => delivery.take(&mut last_used),
        Err(_) => {
            delivery.has_rest.set(true);
            LastUsed::NONE
        }
    });
    // Only now, when nothing is borrowed: this may be the last of a hook.
    forgotten.forget();
}

#[cold]
fn renew() {
    DELIVERY.with(|delivery| {
        if let Ok(mut last_used) = delivery.last_used.try_borrow_mut() {
            delivery.renew(&mut last_used);
        }
    });
}

impl Delivery {
    const fn new() -> Self {
        let last_used = RefCell::new(ManuallyDrop::new(LastUsed::NONE));
        Delivery { interest: Cell::new(0), last_used, has_rest: Cell::new(false) }
    }

    #[inline]
    fn is_outdated(&self) -> bool {
        self.interest.get() != list::interest()
    }

    fn renew(&self, last_used: &mut LastUsed) {
        self.take(last_used).forget();
        *last_used = LastUsed::newest();
        self.interest.set(last_used.interest());
        if AT_THREAD_END.try_with(|_| ()).is_err() {
            // A thread past its end keeps nothing for the next event.
            self.has_rest.set(true);
        }
    }

    fn take(&self, last_used: &mut LastUsed) -> LastUsed {
        self.interest.set(0);
        last_used.take()
    }
}
