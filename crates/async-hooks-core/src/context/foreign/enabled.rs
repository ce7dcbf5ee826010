//! The foreign contexts that are propagated, in the order of enabling.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::context::foreign::carrier::Carrier;

static ENABLED: Mutex<Vec<Arc<Carrier>>> = Mutex::new(Vec::new());

static IS_ANY: AtomicBool = AtomicBool::new(false);

/// A bit of the claims; guards are counted above it.
const LASTING: usize = 1;
const GUARD: usize = 2;

/// Whether a foreign context is propagated; the only cost of a poll if not.
#[inline(always)]
pub(crate) fn is_any() -> bool {
    IS_ANY.load(Ordering::Relaxed)
}

/// What is propagated now; no lock is held afterwards.
pub(super) fn all() -> Vec<Arc<Carrier>> {
    lock().clone()
}

pub(super) fn enable(carrier: &Arc<Carrier>) {
    let mut enabled = lock();
    add(&mut enabled, carrier);
    carrier.claims.fetch_or(LASTING, Ordering::Release);
}

/// Enables for a guard; returns its period.
pub(super) fn enable_for_guard(carrier: &Arc<Carrier>) -> u64 {
    let mut enabled = lock();
    add(&mut enabled, carrier);
    carrier.claims.fetch_add(GUARD, Ordering::Release);
    carrier.period.load(Ordering::Relaxed)
}

pub(super) fn disable(carrier: &Carrier) {
    let removed = {
        let mut enabled = lock();
        carrier.claims.store(0, Ordering::Release);
        remove(&mut enabled, carrier)
    };
    // Dropped without the lock: it may be the last reference to a context of the program.
    drop(removed);
}

/// Ends a guard; one of a past period has ended already.
pub(super) fn release(carrier: &Carrier, period: u64) {
    let removed = {
        let mut enabled = lock();
        if !carrier.is_enabled() || carrier.period.load(Ordering::Relaxed) != period {
            return;
        }
        let is_last = carrier.claims.fetch_sub(GUARD, Ordering::Release) == GUARD;
        if is_last { remove(&mut enabled, carrier) } else { None }
    };
    drop(removed);
}

fn add(enabled: &mut Vec<Arc<Carrier>>, carrier: &Arc<Carrier>) {
    if !carrier.is_enabled() {
        carrier.begin_period();
        enabled.push(Arc::clone(carrier));
        IS_ANY.store(true, Ordering::Relaxed);
    }
}

fn remove(enabled: &mut Vec<Arc<Carrier>>, carrier: &Carrier) -> Option<Arc<Carrier>> {
    let index = enabled.iter().position(|enabled| std::ptr::addr_eq(Arc::as_ptr(enabled), carrier))?;
    let removed = enabled.remove(index);
    IS_ANY.store(!enabled.is_empty(), Ordering::Relaxed);
    Some(removed)
}

/// No foreign code runs while it is locked, so no panic can leave it half changed.
fn lock() -> MutexGuard<'static, Vec<Arc<Carrier>>> {
    ENABLED.lock().unwrap_or_else(PoisonError::into_inner)
}
