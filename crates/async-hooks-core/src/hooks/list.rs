//! The enabled hooks, in the order of enabling.
//!
//! Changes edit the list in place, under its lock. Events do not read it: at the first event after a change each thread
//! copies what it needs, and one atomic word says both whether any hook wants an event and whether that copy is current.
//! So an event takes no lock and touches no shared reference count.
//!
//! Nothing is allocated or freed under the lock, because an allocator may use the library. Memory is reserved before the
//! lock is taken. If the list has outgrown it meanwhile, the next round reserves twice what the list then needs, so a
//! thread goes round again only if the number of hooks has doubled in between.

mod interest;

use std::collections::VecDeque;
use std::mem;
use std::ops::{Deref, DerefMut};
use std::sync::{Arc, PoisonError};

use crate::hooks::event_counts::EventCounts;
use crate::hooks::events::Events;
use crate::hooks::listener::{Claim, Listener, Period};
use crate::sync::{AtomicU64, Mutex, MutexGuard};
use interest::Interest;
pub(crate) use interest::{Wanted, has_scopes_in};

/// An enabled hook, with the events it asked for when it was enabled.
#[derive(Clone)]
pub(crate) struct HookEntry {
    pub(crate) listener: Arc<Listener>,
    pub(crate) events: Events,
    /// Whether the hook receives the events of all resources, not only of those in scopes.
    pub(crate) is_global: bool,
}

impl HookEntry {
    fn enabled_at(&self) -> u64 {
        self.listener.period().0
    }
}

/// The enabled hooks, and what events ask of them.
pub(super) struct HookList {
    interest: Interest<AtomicU64>,
    enabled: Mutex<Enabled>,
}

/// The list of the process.
pub(super) static LIST: HookList = HookList::new();

/// The enabled hooks, under the lock of the list.
///
/// A deque, because hooks are mostly disabled in the order of enabling or in the reverse order.
struct Enabled {
    /// Sorted by `enabled_at`.
    entries: VecDeque<HookEntry>,
    /// The number of entries that want each event.
    wanting: EventCounts,
    /// The number of entries that want each event of all resources.
    wanting_of_all: EventCounts,
    /// The number of open scopes of all hooks.
    scopes: usize,
}

/// Whether an enabled hook wants this event.
///
/// One relaxed load: the only cost in a program without hooks.
#[inline]
pub(crate) fn is_wanted(event: Events) -> bool {
    LIST.interest.is_wanted(event)
}

#[inline(always)]
pub(crate) fn wanted(event: Events) -> Wanted {
    LIST.interest.wanted(event)
}

impl HookList {
    const fn new() -> Self {
        let (wanting, wanting_of_all) = (EventCounts::NONE, EventCounts::NONE);
        let enabled = Enabled { entries: VecDeque::new(), wanting, wanting_of_all, scopes: 0 };
        HookList { interest: Interest::new(AtomicU64::new(0)), enabled: Mutex::new(enabled) }
    }

    /// A number that differs after each change of the list.
    #[inline]
    pub(super) fn interest(&self) -> u64 {
        self.interest.read()
    }

    /// Adds a claim to an enabled hook; `None` if it is disabled.
    pub(super) fn claim(&self, listener: &Listener, claim: Claim) -> Option<Period> {
        let mut list = self.lock();
        listener.is_listed().then(|| list.add_claim(listener, claim))
    }

    /// Adds the hook at the end, or only the claim if the hook is in the list.
    pub(super) fn enable(&self, listener: &Arc<Listener>, events: Events, claim: Claim) -> Period {
        let mut spare = VecDeque::new();
        loop {
            let mut list = self.lock();
            list.move_to_larger(&mut spare);
            if listener.is_listed() {
                return list.add_claim(listener, claim);
            }
            if list.entries.len() < list.entries.capacity() {
                list.add(HookEntry { listener: Arc::clone(listener), events, is_global: false });
                return list.add_claim(listener, claim);
            }
            let needed = list.entries.len() + 1;
            drop(list);
            spare = VecDeque::with_capacity(2 * needed);
        }
    }

    /// Removes the hook and all its claims; does nothing if it is not in the list.
    pub(super) fn disable(&self, listener: &Listener) {
        let removed = self.lock().remove(listener);
        // Dropped without the lock: the drop of a hook is foreign code.
        drop(removed);
    }

    /// Ends the claim of a guard or scope; removes the hook if it was the last claim.
    ///
    /// Returns whether the list changed. If the hook has been disabled since the claim began, the claim has ended already.
    pub(super) fn release(&self, listener: &Listener, period: Period, claim: Claim) -> bool {
        let mut list = self.lock();
        let before = self.interest();
        let is_current = listener.period() == period;
        let removed = if is_current && listener.end_claim(claim) { list.remove(listener) } else { None };
        list.end_claim(listener, claim);
        let is_changed = self.interest() != before;
        drop(list);
        // Dropped without the lock: the drop of a hook is foreign code.
        drop(removed);
        is_changed
    }

    /// Returns the entries that want an event.
    ///
    /// They are current while [`interest`](Self::interest) is the returned number.
    pub(super) fn copy(&self) -> (Vec<HookEntry>, u64) {
        let mut copy = Vec::new();
        loop {
            let list = self.lock();
            let needed = list.entries.len();
            if needed <= copy.capacity() {
                copy.extend(list.entries.iter().filter(|entry| entry.events != Events::NONE).cloned());
                return (copy, self.interest());
            }
            drop(list);
            copy = Vec::with_capacity(2 * needed);
        }
    }

    /// Locks the list, poisoned or not: no foreign code can panic and leave it half changed.
    fn lock(&self) -> Locked<'_> {
        Locked { interest: &self.interest, enabled: self.enabled.lock().unwrap_or_else(PoisonError::into_inner) }
    }
}

/// The list under its lock.
struct Locked<'list> {
    interest: &'list Interest<AtomicU64>,
    enabled: MutexGuard<'list, Enabled>,
}

impl Deref for Locked<'_> {
    type Target = Enabled;

    fn deref(&self) -> &Enabled {
        &self.enabled
    }
}

impl DerefMut for Locked<'_> {
    fn deref_mut(&mut self) -> &mut Enabled {
        &mut self.enabled
    }
}

// None of these allocates or frees.
impl Locked<'_> {
    /// Exchanges the memory of the entries for `spare` if that is larger.
    fn move_to_larger(&mut self, spare: &mut VecDeque<HookEntry>) {
        if spare.capacity() > self.entries.capacity() {
            spare.append(&mut self.entries);
            mem::swap(&mut self.entries, spare);
        }
    }

    /// The caller has made sure that there is room.
    fn add(&mut self, entry: HookEntry) {
        self.wanting.add(entry.events);
        entry.listener.begin(self.publish());
        self.entries.push_back(entry);
    }

    fn add_claim(&mut self, listener: &Listener, claim: Claim) -> Period {
        listener.add_claim(claim);
        if let Claim::Scope = claim {
            self.scopes += 1;
            self.publish();
        }
        self.note_whether_global(listener);
        listener.period()
    }

    fn end_claim(&mut self, listener: &Listener, claim: Claim) {
        if let Claim::Scope = claim {
            self.scopes -= 1;
            self.publish();
        }
        self.note_whether_global(listener);
    }

    fn note_whether_global(&mut self, listener: &Listener) {
        let Some(entry) = self.index(listener).and_then(|index| self.entries.get_mut(index)) else { return };
        let (was_global, is_global, events) = (entry.is_global, listener.is_enabled(), entry.events);
        entry.is_global = is_global;
        match (was_global, is_global) {
            (false, true) => self.wanting_of_all.add(events),
            (true, false) => self.wanting_of_all.subtract(events),
            _ => return,
        }
        self.publish();
    }

    fn index(&self, listener: &Listener) -> Option<usize> {
        let enabled_at = listener.period().0;
        self.entries.binary_search_by_key(&enabled_at, HookEntry::enabled_at).ok()
    }

    fn remove(&mut self, listener: &Listener) -> Option<HookEntry> {
        let index = self.index(listener)?;
        let entry = self.entries.remove(index)?;
        listener.end();
        self.wanting.subtract(entry.events);
        if entry.is_global {
            self.wanting_of_all.subtract(entry.events);
        }
        self.publish();
        Some(entry)
    }

    /// Tells all threads that their copies are outdated, and returns the new version.
    fn publish(&self) -> u64 {
        self.interest.publish(self.wanting.bits(), self.wanting_of_all.bits(), self.scopes > 0)
    }
}

#[cfg(all(test, async_hooks_model))]
mod model;
