//! The enabled hooks, in the order of enabling.
//!
//! Changes edit the list in place, under its lock. Events do not read it: at the first event after a change each thread
//! copies what it needs, and one atomic word says both whether any hook wants an event and whether that copy is current.
//! So an event takes no lock and touches no shared reference count.
//!
//! Nothing is allocated or freed under the lock, because an allocator may use the library. Memory is reserved before the
//! lock is taken. If the list has outgrown it meanwhile, the next round reserves twice what the list then needs, so a
//! thread goes round again only if the number of hooks has doubled in between.

use std::collections::VecDeque;
use std::mem;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::hooks::events::Events;
use crate::hooks::hook::Hook;

/// A hook and its state, shared by its handles, the list and the copies of the list.
pub(crate) struct Listener {
    /// Boxed separately: an `Arc<dyn Hook>` costs address arithmetic at each call.
    pub(crate) hook: Box<dyn Hook>,
    /// The version of the list that added the hook; 0 while it is disabled.
    ///
    /// Written under the list's lock only.
    enabled_at: AtomicU64,
    /// Whether the hook has panicked since it was enabled.
    ///
    /// A panic on two threads at once is reported once.
    has_panicked: AtomicBool,
}

impl Listener {
    pub(crate) fn new(hook: impl Hook) -> Self {
        Listener { hook: Box::new(hook), enabled_at: AtomicU64::new(0), has_panicked: AtomicBool::new(false) }
    }

    pub(crate) fn is_enabled(&self) -> bool {
        self.enabled_at.load(Ordering::Acquire) != 0
    }

    /// Returns whether this is the first panic since the hook was enabled.
    pub(crate) fn note_panic(&self) -> bool {
        !self.has_panicked.swap(true, Ordering::Relaxed)
    }
}

/// An enabled hook, with the events it asked for when it was enabled.
#[derive(Clone)]
pub(crate) struct HookEntry {
    pub(crate) listener: Arc<Listener>,
    pub(crate) events: Events,
}

impl HookEntry {
    fn enabled_at(&self) -> u64 {
        self.listener.enabled_at.load(Ordering::Relaxed)
    }
}

/// The enabled hooks.
///
/// A deque, because hooks are mostly disabled in the order of enabling or in the reverse order.
struct HookList {
    /// Sorted by `enabled_at`.
    entries: VecDeque<HookEntry>,
    /// The number of entries that want each event.
    wanting: [usize; Events::COUNT],
}

static LIST: Mutex<HookList> = Mutex::new(HookList { entries: VecDeque::new(), wanting: [0; Events::COUNT] });

/// The union of the wanted events in the low bits, above them the version of the list.
static INTEREST: AtomicU64 = AtomicU64::new(0);

const VERSION: u64 = 1 << u8::BITS;

/// A number that differs after each change of the list.
#[inline]
pub(crate) fn interest() -> u64 {
    INTEREST.load(Ordering::Acquire)
}

/// Whether an enabled hook wants this event.
///
/// One relaxed load: the only cost in a program without hooks.
#[inline]
pub(crate) fn is_wanted(event: Events) -> bool {
    // Relaxed is enough: a thread that must see a hook has synchronised with the thread that enabled it.
    INTEREST.load(Ordering::Relaxed) & u64::from(event.bits()) != 0
}

/// Adds the hook at the end; does nothing if it is in the list.
pub(crate) fn enable(listener: &Arc<Listener>, events: Events) {
    let mut spare = VecDeque::new();
    loop {
        let mut list = lock();
        list.move_to_larger(&mut spare);
        if listener.is_enabled() {
            return;
        }
        if list.entries.len() < list.entries.capacity() {
            return list.add(HookEntry { listener: Arc::clone(listener), events });
        }
        let needed = list.entries.len() + 1;
        drop(list);
        spare = VecDeque::with_capacity(2 * needed);
    }
}

/// Removes the hook; does nothing if it is not in the list.
pub(crate) fn disable(listener: &Listener) {
    let removed = lock().remove(listener);
    // Dropped without the lock: the drop of a hook is foreign code.
    drop(removed);
}

/// Returns the entries that want an event, and what [`interest`] says while they are current.
pub(crate) fn copy() -> (Vec<HookEntry>, u64) {
    let mut copy = Vec::new();
    loop {
        let list = lock();
        let needed = list.entries.len();
        if needed <= copy.capacity() {
            copy.extend(list.entries.iter().filter(|entry| entry.events != Events::NONE).cloned());
            return (copy, interest());
        }
        drop(list);
        copy = Vec::with_capacity(2 * needed);
    }
}

/// Locks the list, poisoned or not: no foreign code can panic and leave it half changed.
fn lock() -> MutexGuard<'static, HookList> {
    LIST.lock().unwrap_or_else(PoisonError::into_inner)
}

// None of these allocates or frees.
impl HookList {
    /// Exchanges the memory of the entries for `spare` if that is larger.
    fn move_to_larger(&mut self, spare: &mut VecDeque<HookEntry>) {
        if spare.capacity() > self.entries.capacity() {
            spare.append(&mut self.entries);
            mem::swap(&mut self.entries, spare);
        }
    }

    /// The caller has made sure that there is room.
    fn add(&mut self, entry: HookEntry) {
        entry.events.numbers().for_each(|event| self.wanting[event] += 1);
        entry.listener.has_panicked.store(false, Ordering::Relaxed);
        entry.listener.enabled_at.store(self.publish(), Ordering::Release);
        self.entries.push_back(entry);
    }

    fn remove(&mut self, listener: &Listener) -> Option<HookEntry> {
        let enabled_at = listener.enabled_at.load(Ordering::Relaxed);
        let index = self.entries.binary_search_by_key(&enabled_at, HookEntry::enabled_at).ok()?;
        let entry = self.entries.remove(index)?;
        listener.enabled_at.store(0, Ordering::Release);
        entry.events.numbers().for_each(|event| self.wanting[event] -= 1);
        self.publish();
        Some(entry)
    }

    /// Tells all threads that their copies are outdated, and returns the new version.
    fn publish(&self) -> u64 {
        let version = INTEREST.load(Ordering::Relaxed) / VERSION + 1;
        let wanted = (0..Events::COUNT).filter(|event| self.wanting[*event] > 0);
        let wanted = wanted.fold(0, |wanted, event| wanted | 1 << event);
        INTEREST.store(version * VERSION + wanted, Ordering::Release);
        version
    }
}
