//! The hooks as one thread knows them, and whether the thread is delivering an event to them.
//!
//! The `RefCell` borrow doubles as the delivering flag: events raised by a hook find it borrowed and are dropped, except
//! that a `destroy` is postponed. The thread renews its copy of the hooks under the same borrow. So an allocator that
//! raises events cannot recurse into the renewal: they are dropped too.

use std::cell::{Cell, RefCell};
use std::mem::{self, ManuallyDrop};

use crate::hooks::cached_hooks::CachedHooks;
use crate::hooks::list;

thread_local! {
    /// Has no destructor: access takes one instruction, and works in the destructors of other thread-locals.
    static DELIVERY: ManuallyDrop<Delivery> = const { ManuallyDrop::new(Delivery::new()) };

    /// Frees at the thread's end what `DELIVERY` holds.
    static AT_THREAD_END: AtThreadEnd = const { AtThreadEnd };
}

struct Delivery {
    /// What [`list::interest`] said when `cached` was copied; 0 when nothing is cached.
    interest: Cell<u64>,
    /// Borrowed while an event is delivered.
    cached: RefCell<CachedHooks>,
    /// Whether a flush follows the current delivery.
    flush_requested: Cell<bool>,
}

struct AtThreadEnd;

impl Drop for AtThreadEnd {
    fn drop(&mut self) {
        forget_outdated();
    }
}

/// Whether this thread is delivering an event.
#[inline]
pub(crate) fn is_delivering() -> bool {
    DELIVERY.with(|delivery| delivery.cached.try_borrow_mut().is_err())
}

/// Requests a flush once the current delivery ends.
pub(crate) fn request_flush() {
    DELIVERY.with(|delivery| delivery.flush_requested.set(true));
}

/// Delivers to the current hooks and flushes; does nothing during a delivery.
#[inline(always)]
pub(crate) fn deliver_outermost(deliver: impl FnOnce(&CachedHooks), flush: fn(&mut CachedHooks)) {
    DELIVERY.with(|delivery| {
        // Tested before the borrow: `renew` then takes no argument, and the hot path keeps its registers.
        if delivery.is_outdated() {
            renew();
        }
        if let Ok(cached) = delivery.cached.try_borrow_mut() {
            deliver(&cached);
            drop(cached);
            if delivery.flush_requested.get() {
                finish(flush);
            }
        }
    });
}

/// Runs `f` as during a delivery: the events it raises are dropped, and its destroys postponed.
pub(crate) fn run_unobserved<R>(f: impl FnOnce() -> R, flush: fn(&mut CachedHooks)) -> R {
    DELIVERY.with(|delivery| {
        let outermost = delivery.cached.try_borrow_mut();
        let result = f();
        if outermost.is_ok() && delivery.flush_requested.get() {
            drop(outermost);
            finish(flush);
        }
        result
    })
}

/// Frees this thread's copy if it is outdated, so that it does not keep disabled hooks alive.
///
/// During a delivery this happens when the delivery ends.
pub(crate) fn forget_outdated() {
    let forgotten = DELIVERY.with(|delivery| match delivery.cached.try_borrow_mut() {
        Ok(mut cached) => delivery.take_outdated(&mut cached),
        Err(_) => {
            delivery.flush_requested.set(true);
            CachedHooks::NONE
        }
    });
    // Dropped without the borrow: no event is being delivered, so the drop of a hook may raise events.
    drop(forgotten);
}

#[cold]
fn renew() {
    DELIVERY.with(|delivery| {
        if let Ok(mut cached) = delivery.cached.try_borrow_mut() {
            delivery.renew(&mut cached);
        }
    });
}

#[cold]
fn finish(flush: fn(&mut CachedHooks)) {
    DELIVERY.with(|delivery| {
        let Ok(mut cached) = delivery.cached.try_borrow_mut() else { return };
        while delivery.flush_requested.replace(false) {
            drop(delivery.take_outdated(&mut cached));
            flush(&mut cached);
        }
    });
}

/// The current hooks, for what is delivered during a flush.
pub(crate) fn current(cached: &mut CachedHooks) -> &CachedHooks {
    DELIVERY.with(|delivery| {
        if delivery.is_outdated() {
            delivery.renew(cached);
        }
    });
    cached
}

impl Delivery {
    const fn new() -> Self {
        Delivery { interest: Cell::new(0), cached: RefCell::new(CachedHooks::NONE), flush_requested: Cell::new(false) }
    }

    #[inline]
    fn is_outdated(&self) -> bool {
        self.interest.get() != list::interest()
    }

    fn renew(&self, cached: &mut CachedHooks) {
        let (entries, interest) = list::copy();
        *cached = CachedHooks::new(&entries);
        self.interest.set(interest);
        if is_past_its_end() {
            self.flush_requested.set(true);
        }
    }

    /// Takes the copy out if it is outdated, or if the thread has ended and nothing would free the copy later.
    fn take_outdated(&self, cached: &mut CachedHooks) -> CachedHooks {
        if !self.is_outdated() && !is_past_its_end() {
            return CachedHooks::NONE;
        }
        self.interest.set(0);
        mem::replace(cached, CachedHooks::NONE)
    }
}

/// Whether the destructors of this thread's thread-locals run or have run.
fn is_past_its_end() -> bool {
    AT_THREAD_END.try_with(|_| ()).is_err()
}
