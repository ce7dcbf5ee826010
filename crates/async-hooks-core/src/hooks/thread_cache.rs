//! The hooks as one thread knows them, and whether the thread is delivering an event to them.
//!
//! The `RefCell` borrow doubles as the delivering flag: events raised by a hook find it borrowed and are dropped, except
//! that a `destroy` is postponed. The thread renews its copy of the hooks under the same borrow. So an allocator that
//! raises events cannot recurse into the renewal: they are dropped too.

use std::cell::{Cell, RefCell};
use std::mem::{self, ManuallyDrop};

use crate::hooks::cached_hooks::CachedHooks;
use crate::hooks::list::{self, LIST};
use crate::identity::resource::Resource;

thread_local! {
    /// Has no destructor: access takes one instruction, and works while a thread ends.
    static DELIVERY: ManuallyDrop<Delivery> = const { ManuallyDrop::new(Delivery::new()) };

    /// Frees at the thread's end what `DELIVERY` holds.
    static AT_THREAD_END: AtThreadEnd = const { AtThreadEnd };
}

struct Delivery {
    /// The interest of the list when `cached` was copied; 0 when nothing is cached.
    interest: Cell<u64>,
    /// Borrowed while an event is delivered.
    cached: RefCell<CachedHooks>,
    /// Whether [`flush`] runs once the current delivery ends.
    flush_requested: Cell<bool>,
    /// Destroys caused during the current delivery; owns no memory between deliveries.
    postponed: Cell<Vec<Resource>>,
}

/// Sends the `destroy` of a resource to the hooks.
pub(crate) type Destroy = fn(&CachedHooks, &Resource);

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

/// Postpones the `destroy` of a resource until the current delivery ends.
#[cold]
pub(crate) fn postpone_destroy(resource: Resource) {
    DELIVERY.with(|delivery| delivery.postpone(resource));
}

/// Delivers to the current hooks and flushes; does nothing during a delivery.
#[inline(always)]
pub(crate) fn deliver_outermost(deliver: impl FnOnce(&CachedHooks), destroy: Destroy) {
    DELIVERY.with(move |delivery| {
        // Tested before the borrow: `renew` then takes no argument, and the hot path keeps its registers.
        if delivery.is_outdated() {
            renew();
        }
        if let Ok(cached) = delivery.cached.try_borrow_mut() {
            deliver(&cached);
            drop(cached);
            if delivery.flush_requested.get() {
                flush(destroy);
            }
        }
    });
}

/// Runs `f` as during a delivery: drops the events it raises, and postpones its destroys.
pub(crate) fn run_unobserved<R>(f: impl FnOnce() -> R, destroy: Destroy) -> R {
    DELIVERY.with(|delivery| {
        let outermost = delivery.cached.try_borrow_mut();
        let result = f();
        if outermost.is_ok() && delivery.flush_requested.get() {
            drop(outermost);
            flush(destroy);
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

/// Delivers the postponed destroys.
///
/// Destroys that these cause are postponed again, so a chain of any length is a loop and no recursion.
#[cold]
fn flush(destroy: Destroy) {
    DELIVERY.with(|delivery| {
        let Ok(mut cached) = delivery.cached.try_borrow_mut() else { return };
        while delivery.flush_requested.replace(false) {
            drop(delivery.take_outdated(&mut cached));
            for resource in delivery.postponed.take() {
                if delivery.is_outdated() {
                    delivery.renew(&mut cached);
                }
                destroy(&cached, &resource);
            }
        }
    });
}

impl Delivery {
    const fn new() -> Self {
        Delivery {
            interest: Cell::new(0),
            cached: RefCell::new(CachedHooks::NONE),
            flush_requested: Cell::new(false),
            postponed: Cell::new(Vec::new()),
        }
    }

    #[inline]
    fn is_outdated(&self) -> bool {
        self.interest.get() != LIST.interest()
    }

    fn renew(&self, cached: &mut CachedHooks) {
        let (entries, interest) = LIST.copy();
        *cached = CachedHooks::new(entries, list::has_scopes_in(interest));
        self.interest.set(interest);
        if is_past_its_end() {
            self.flush_requested.set(true);
        }
    }

    /// Takes the copy out if it is outdated, or if nothing would free it after the thread's end.
    fn take_outdated(&self, cached: &mut CachedHooks) -> CachedHooks {
        if !self.is_outdated() && !is_past_its_end() {
            return CachedHooks::NONE;
        }
        self.interest.set(0);
        mem::replace(cached, CachedHooks::NONE)
    }

    /// Appends to the queue.
    ///
    /// The queue is out of its cell while it grows: the allocator may postpone destroys of its own, which follow.
    fn postpone(&self, resource: Resource) {
        let mut queue = self.postponed.take();
        queue.push(resource);
        let mut arrived = self.postponed.replace(queue);
        while !arrived.is_empty() {
            let mut queue = self.postponed.take();
            queue.append(&mut arrived);
            arrived = self.postponed.replace(queue);
        }
        self.flush_requested.set(true);
    }
}

/// Whether the destructors of this thread's thread-locals run or have run.
fn is_past_its_end() -> bool {
    AT_THREAD_END.try_with(|_| ()).is_err()
}
