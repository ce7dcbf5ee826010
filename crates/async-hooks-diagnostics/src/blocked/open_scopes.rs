//! The open scopes of each thread, and since when: readable by another thread.
//!
//! ```text
//!   a thread      enters and leaves: plain stores into a slot of its own
//!   the watchdog  reads the slots of all threads, and skips a scope that changed while it was read
//! ```
//!
//! A poll takes no lock, and no two threads write the same word.

use std::cell::RefCell;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use async_hooks_core::AsyncId;

use crate::alive::clock::Moment;
use crate::blocked::thread_slot::ThreadSlot;

/// The slots of all threads, for one watch.
#[derive(Debug)]
pub(crate) struct OpenScopes {
    name: u64,
    slots: Mutex<Vec<Weak<ThreadSlot>>>,
}

/// A scope that was left and took too long.
#[derive(Debug)]
pub(crate) struct Late {
    pub(crate) slot: Arc<ThreadSlot>,
    pub(crate) ticks: u64,
    /// The ids of the scopes around it.
    pub(crate) around: Vec<u64>,
}

struct OwnSlot {
    name: u64,
    owner: Weak<OpenScopes>,
    slot: Arc<ThreadSlot>,
}

thread_local! {
    /// A slot for each enabled watch: usually one.
    static OWN_SLOTS: RefCell<Vec<OwnSlot>> = const { RefCell::new(Vec::new()) };
}

impl OpenScopes {
    pub(crate) fn new() -> Arc<OpenScopes> {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        Arc::new(OpenScopes { name: NEXT.fetch_add(1, Ordering::Relaxed), slots: Mutex::default() })
    }

    /// A scope begins on this thread. Does nothing on a thread whose destructors run.
    ///
    /// `is_gone` tells whether a resource was destroyed. It is called only where very many scopes are open, to remove those that
    /// never get an end.
    #[inline]
    pub(crate) fn enter(
        self: &Arc<Self>,
        id: AsyncId,
        now: impl FnOnce() -> Moment,
        is_gone: impl Fn(AsyncId) -> bool,
        is_timed: bool,
    ) {
        self.with_slot(|slot| slot.enter(id, now(), is_gone, is_timed));
    }

    /// A scope ends on this thread.
    ///
    /// Returns it if it took `limit` ticks or more, without those that nested scopes took which are late themselves.
    #[inline]
    pub(crate) fn leave(self: &Arc<Self>, id: AsyncId, limit: u64, now: impl FnOnce() -> Moment) -> Option<Late> {
        self.with_slot(|slot| {
            let depth = slot.place_of(id)?;
            let ticks = slot.leave(depth, limit, now())?;
            Some(Late { slot: Arc::clone(slot), ticks, around: slot.around(depth) })
        })
        .flatten()
    }

    /// The slots of all living threads.
    pub(crate) fn slots(&self) -> Vec<Arc<ThreadSlot>> {
        let slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        slots.iter().filter_map(Weak::upgrade).collect()
    }

    #[inline]
    fn with_slot<R>(self: &Arc<Self>, f: impl FnOnce(&Arc<ThreadSlot>) -> R) -> Option<R> {
        let with = |own: &RefCell<Vec<OwnSlot>>| {
            let mut own = own.try_borrow_mut().ok()?;
            let at = match own.iter().position(|own| own.name == self.name) {
                Some(at) => at,
                None => self.add_slot(&mut own),
            };
            own.get(at).map(|own| f(&own.slot))
        };
        OWN_SLOTS.try_with(with).ok().flatten()
    }

    #[cold]
    fn add_slot(self: &Arc<Self>, own: &mut Vec<OwnSlot>) -> usize {
        own.retain(|own| own.owner.strong_count() > 0);
        let slot = Arc::new(ThreadSlot::new());
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        if slots.len() == slots.capacity() {
            // Only when the list would grow: if many threads come and go, not each of them walks it.
            slots.retain(|slot| slot.strong_count() > 0);
            let live = slots.len();
            slots.reserve(live + 1);
        }
        slots.push(Arc::downgrade(&slot));
        own.push(OwnSlot { name: self.name, owner: Arc::downgrade(self), slot });
        own.len() - 1
    }
}

#[cfg(test)]
mod tests;
