//! The enabled hooks, in the order of enabling.
//!
//! The list is copied on every change and never changed in place. Each thread keeps the copy it used last, and one atomic
//! word says both whether anybody listens and whether that copy is still the newest: an event takes no lock and touches
//! no shared reference count.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::hook::{Events, Hook};

/// One enabled hook, and what it said it wants when it was enabled.
#[derive(Clone)]
pub(crate) struct Enabled {
    pub(crate) hook: Arc<dyn Hook>,
    pub(crate) events: Events,
}

/// The hooks that were enabled between two changes.
pub(crate) struct HookSet {
    version: u64,
    pub(crate) hooks: Vec<Enabled>,
}

/// The union of the wanted events in the low bits, above them the version of the list.
static INTEREST: AtomicU64 = AtomicU64::new(0);

const VERSION: u64 = 1 << u8::BITS;

static NEWEST: Mutex<Option<Arc<HookSet>>> = Mutex::new(None);

thread_local! {
    static LAST_USED: Cell<Option<Arc<HookSet>>> = const { Cell::new(None) };
}

/// Whether an enabled hook wants this event: one relaxed load, all that a program without hooks pays.
#[inline]
pub(crate) fn is_wanted(event: Events) -> bool {
    // Relaxed is enough: whoever must see a hook got word of its enabling by something that synchronises.
    INTEREST.load(Ordering::Relaxed) & u64::from(event.bits()) != 0
}

/// Runs `f` with the hooks enabled now; what it enables and disables takes effect behind it.
#[inline]
pub(crate) fn with_enabled(f: impl FnOnce(&[Enabled])) {
    let version = INTEREST.load(Ordering::Acquire) / VERSION;
    let set = match LAST_USED.try_with(Cell::take) {
        Ok(Some(set)) if set.version == version => Some(set),
        Ok(Some(outdated)) => {
            drop_outdated(outdated);
            newest()
        }
        _ => newest(),
    };
    let Some(set) = set else { return };
    f(&set.hooks);
    keep_for_next_event(set);
}

/// An outdated set is dropped instead: a hook that was just disabled must not live on in this thread's copy.
#[inline]
fn keep_for_next_event(set: Arc<HookSet>) {
    if INTEREST.load(Ordering::Relaxed) / VERSION == set.version {
        // A thread at its end keeps nothing; the next event there fetches the list again.
        let _ = LAST_USED.try_with(|last_used| last_used.set(Some(set)));
    } else {
        drop_outdated(set);
    }
}

/// This may be the last of a hook, and a hook's own drop may panic like its callbacks.
#[cold]
fn drop_outdated(set: Arc<HookSet>) {
    if let Err(payload) = catch_unwind(AssertUnwindSafe(|| drop(set))) {
        std::mem::forget(payload);
    }
}

/// Adds the hook at the end; does nothing if it is in the list.
pub(crate) fn enable(hook: Arc<dyn Hook>, events: Events) {
    change(|hooks| {
        if position(hooks, &hook).is_none() {
            hooks.push(Enabled { hook, events });
        }
    });
}

/// Takes the hook out; does nothing if it is not in the list.
pub(crate) fn disable(hook: &Arc<dyn Hook>) {
    change(|hooks| {
        if let Some(position) = position(hooks, hook) {
            hooks.remove(position);
        }
    });
}

pub(crate) fn is_enabled(hook: &Arc<dyn Hook>) -> bool {
    lock().as_ref().is_some_and(|set| position(&set.hooks, hook).is_some())
}

fn change(edit: impl FnOnce(&mut Vec<Enabled>)) {
    let mut newest = lock();
    let mut hooks = newest.as_ref().map_or_else(Vec::new, |set| set.hooks.clone());
    edit(&mut hooks);
    let version = INTEREST.load(Ordering::Relaxed) / VERSION + 1;
    let wanted = hooks.iter().fold(Events::NONE, |wanted, enabled| wanted | enabled.events);
    let outdated = newest.replace(Arc::new(HookSet { version, hooks }));
    INTEREST.store(version * VERSION + u64::from(wanted.bits()), Ordering::Release);
    drop(newest);
    // Only now, without the lock: this may be the last of a hook, whose own drop may do anything.
    drop(outdated);
    forget_last_used();
}

/// Lets go of this thread's copy at once, so that a hook disabled here is not kept alive by it.
fn forget_last_used() {
    drop(LAST_USED.try_with(Cell::take));
}

#[cold]
fn newest() -> Option<Arc<HookSet>> {
    lock().clone()
}

/// A panic cannot leave the list half changed: it is replaced whole. So a poisoned lock is as good as any.
fn lock() -> MutexGuard<'static, Option<Arc<HookSet>>> {
    NEWEST.lock().unwrap_or_else(PoisonError::into_inner)
}

fn position(hooks: &[Enabled], hook: &Arc<dyn Hook>) -> Option<usize> {
    hooks.iter().position(|enabled| Arc::ptr_eq(&enabled.hook, hook))
}
