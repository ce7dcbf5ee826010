//! The enabled hooks, in the order of enabling.
//!
//! The list is copied on every change and never changed in place. Each thread keeps the copy it used last, and one atomic
//! word says both whether anybody listens and whether that copy is still the newest: an event takes no lock and touches
//! no shared reference count.

use std::array;
use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::hooks::events::Events;
use crate::hooks::hook::Hook;

/// A hook with what is known of it, shared by its handles and the lists it is in.
pub(crate) struct Listener {
    /// In a box of its own, which saves each call the arithmetic of an `Arc<dyn Hook>`.
    pub(crate) hook: Box<dyn Hook>,
    /// Since it was enabled; so that a panic on two threads at once is reported once.
    has_panicked: AtomicBool,
}

impl Listener {
    pub(crate) fn new(hook: impl Hook) -> Self {
        Listener { hook: Box::new(hook), has_panicked: AtomicBool::new(false) }
    }

    /// Whether this is the first panic since the hook was enabled.
    pub(crate) fn note_panic(&self) -> bool {
        !self.has_panicked.swap(true, Ordering::Relaxed)
    }
}

pub(crate) type Enabled = Arc<Listener>;

/// The hooks that were enabled between two changes.
struct HookSet {
    /// What [`INTEREST`] says while these are the newest.
    interest: u64,
    /// Each with what it said it wants when it was enabled.
    hooks: Vec<(Enabled, Events)>,
    /// The first that wants each event, by the number of its bit.
    wanting: [Option<Box<Link>>; Events::COUNT],
}

/// A hook, and the next one that wants the same event. A chain and not a slice: an event has one word to keep while it calls a
/// hook, where a slice has two and a counter.
pub(crate) struct Link {
    pub(crate) enabled: Enabled,
    next: Option<Box<Link>>,
}

impl Link {
    #[inline]
    pub(crate) fn next(&self) -> Option<&Link> {
        self.next.as_deref()
    }
}

impl Drop for Link {
    /// One after the other: dropped by each other, many would need as much stack.
    fn drop(&mut self) {
        let mut next = self.next.take();
        while let Some(mut link) = next {
            next = link.next.take();
        }
    }
}

impl HookSet {
    fn new(interest: u64, hooks: Vec<(Enabled, Events)>) -> Self {
        let wanting = |bit: usize| {
            let wants = |(_, events): &&(Enabled, Events)| events.bits() >> bit & 1 == 1;
            let before = |next, (hook, _): &(Enabled, Events)| Some(Box::new(Link { enabled: Arc::clone(hook), next }));
            hooks.iter().filter(wants).rfold(None, before)
        };
        HookSet { interest, wanting: array::from_fn(wanting), hooks }
    }
}

/// The union of the wanted events in the low bits, above them the version of the list.
static INTEREST: AtomicU64 = AtomicU64::new(0);

const VERSION: u64 = 1 << u8::BITS;

static NEWEST: Mutex<Option<Arc<HookSet>>> = Mutex::new(None);

/// The copy of the list that a thread used last.
pub(crate) struct LastUsed(Option<Arc<HookSet>>);

impl LastUsed {
    pub(crate) const NONE: LastUsed = LastUsed(None);

    pub(crate) fn newest() -> LastUsed {
        LastUsed(lock().clone())
    }

    /// What [`interest`] says while it is the newest.
    pub(crate) fn interest(&self) -> u64 {
        self.0.as_ref().map_or(0, |set| set.interest)
    }

    /// Who wants the event first.
    #[inline]
    pub(crate) fn first(&self, event: Events) -> Option<&Link> {
        self.0.as_ref()?.wanting[event.bits().trailing_zeros() as usize % Events::COUNT].as_deref()
    }

    /// Leaves none in its place.
    pub(crate) fn take(&mut self) -> LastUsed {
        LastUsed(self.0.take())
    }

    /// Drops it: this may be the last of a hook, and a hook's own drop may panic like its callbacks.
    #[cold]
    pub(crate) fn forget(self) {
        if let Err(payload) = catch_unwind(AssertUnwindSafe(|| drop(self))) {
            mem::forget(payload);
        }
    }
}

/// Another number with every change of the list.
#[inline]
pub(crate) fn interest() -> u64 {
    INTEREST.load(Ordering::Acquire)
}

/// Whether an enabled hook wants this event: one relaxed load, all that a program without hooks pays.
#[inline]
pub(crate) fn is_wanted(event: Events) -> bool {
    // Relaxed is enough: whoever must see a hook got word of its enabling by something that synchronises.
    INTEREST.load(Ordering::Relaxed) & u64::from(event.bits()) != 0
}

/// Adds the hook at the end; does nothing if it is in the list.
pub(crate) fn enable(hook: &Enabled, events: Events) {
    change(|hooks| {
        if position(hooks, hook).is_none() {
            hook.has_panicked.store(false, Ordering::Relaxed);
            hooks.push((Arc::clone(hook), events));
        }
    });
}

/// Takes the hook out; does nothing if it is not in the list.
pub(crate) fn disable(hook: &Enabled) {
    change(|hooks| {
        if let Some(position) = position(hooks, hook) {
            hooks.remove(position);
        }
    });
}

pub(crate) fn is_enabled(hook: &Enabled) -> bool {
    lock().as_ref().is_some_and(|set| position(&set.hooks, hook).is_some())
}

fn change(edit: impl FnOnce(&mut Vec<(Enabled, Events)>)) {
    let mut newest = lock();
    let mut hooks = newest.as_ref().map_or_else(Vec::new, |set| set.hooks.clone());
    edit(&mut hooks);
    let version = INTEREST.load(Ordering::Relaxed) / VERSION + 1;
    let wanted = hooks.iter().fold(Events::NONE, |wanted, (_, events)| wanted | *events);
    let interest = version * VERSION + u64::from(wanted.bits());
    let outdated = newest.replace(Arc::new(HookSet::new(interest, hooks)));
    INTEREST.store(interest, Ordering::Release);
    drop(newest);
    // Only now, without the lock: this may be the last of a hook, whose own drop may do anything.
    drop(outdated);
}

/// A panic cannot leave the list half changed: it is replaced whole. So a poisoned lock is as good as any.
fn lock() -> MutexGuard<'static, Option<Arc<HookSet>>> {
    NEWEST.lock().unwrap_or_else(PoisonError::into_inner)
}

fn position(hooks: &[(Enabled, Events)], hook: &Enabled) -> Option<usize> {
    hooks.iter().position(|(enabled, _)| Arc::ptr_eq(enabled, hook))
}
