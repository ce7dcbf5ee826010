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
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::hooks::events::Events;
use crate::hooks::hook::Hook;

/// A hook and its state, shared by its handles, the list and the copies of the list.
pub(crate) struct Listener {
    /// Boxed separately: an `Arc<dyn Hook>` costs address arithmetic at each call.
    pub(crate) hook: Box<dyn Hook>,
    /// The version of the list that added the hook; 0 while it is disabled.
    ///
    /// It differs between any two times the hook is enabled, so it names the time that a guard belongs to. Written under the
    /// list's lock only.
    enabled_at: AtomicU64,
    /// How many guards keep the hook enabled, and in the lowest bit whether `enable` was called.
    ///
    /// Read and written under the list's lock only; 0 while the hook is disabled.
    claims: AtomicUsize,
    /// Whether the hook has panicked since it was enabled.
    ///
    /// A panic on two threads at once is reported once.
    has_panicked: AtomicBool,
}

impl Listener {
    pub(crate) fn new(hook: impl Hook) -> Self {
        Listener {
            hook: Box::new(hook),
            enabled_at: AtomicU64::new(0),
            claims: AtomicUsize::new(0),
            has_panicked: AtomicBool::new(false),
        }
    }

    pub(crate) fn is_enabled(&self) -> bool {
        self.enabled_at.load(Ordering::Acquire) != 0
    }

    fn period(&self) -> Period {
        Period(self.enabled_at.load(Ordering::Relaxed))
    }

    /// The hook is in the list, which is locked.
    fn add_claim(&self, claim: Claim) -> Period {
        let claims = self.claims.load(Ordering::Relaxed);
        let claims = match claim {
            Claim::Lasting => claims | LASTING,
            Claim::Guard => claims.saturating_add(GUARD),
        };
        self.claims.store(claims, Ordering::Relaxed);
        self.period()
    }

    /// Returns whether no claim is left. The hook is in the list, which is locked.
    fn end_guard(&self) -> bool {
        let claims = self.claims.load(Ordering::Relaxed).saturating_sub(GUARD);
        self.claims.store(claims, Ordering::Relaxed);
        claims == 0
    }

    /// Returns whether this is the first panic since the hook was enabled.
    pub(crate) fn note_panic(&self) -> bool {
        !self.has_panicked.swap(true, Ordering::Relaxed)
    }
}

const LASTING: usize = 1;
const GUARD: usize = 2;

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

/// Who keeps a hook enabled.
#[derive(Clone, Copy)]
pub(crate) enum Claim {
    /// `enable` was called: until `disable`.
    Lasting,
    /// A guard: until it is dropped.
    Guard,
}

/// Names the time from one enabling of a hook to its next disabling.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) struct Period(u64);

/// Adds a claim to an enabled hook; `None` if it is disabled.
pub(crate) fn claim(listener: &Listener, claim: Claim) -> Option<Period> {
    let _list = lock();
    listener.is_enabled().then(|| listener.add_claim(claim))
}

/// Adds the hook at the end, or only the claim if the hook is in the list.
pub(crate) fn enable(listener: &Arc<Listener>, events: Events, claim: Claim) -> Period {
    let mut spare = VecDeque::new();
    loop {
        let mut list = lock();
        list.move_to_larger(&mut spare);
        if listener.is_enabled() {
            return listener.add_claim(claim);
        }
        if list.entries.len() < list.entries.capacity() {
            list.add(HookEntry { listener: Arc::clone(listener), events });
            return listener.add_claim(claim);
        }
        let needed = list.entries.len() + 1;
        drop(list);
        spare = VecDeque::with_capacity(2 * needed);
    }
}

/// Removes the hook and all its claims; does nothing if it is not in the list.
pub(crate) fn disable(listener: &Listener) {
    let removed = lock().remove(listener);
    // Dropped without the lock: the drop of a hook is foreign code.
    drop(removed);
}

/// Ends the claim of a guard; removes the hook and returns true if it was the last claim.
///
/// Does nothing if the hook has been disabled since the guard was made.
pub(crate) fn release(listener: &Listener, period: Period) -> bool {
    let mut list = lock();
    let is_last = listener.period() == period && listener.end_guard();
    let removed = if is_last { list.remove(listener) } else { None };
    drop(list);
    removed.is_some()
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
        listener.claims.store(0, Ordering::Relaxed);
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
