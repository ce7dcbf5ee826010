//! The layers that enter spans on this process's threads, and which of them are removed.
//!
//! A layer that was removed by a reload is not notified that its spans are left. So each thread compares a counter of layers that have
//! gone when it enters something, and ends what such a layer has entered.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::context::entered::entry::EntryKey;

/// Enters for a runtime, and is never gone.
pub(crate) const RUNTIME: u64 = 0;

/// Numbers of the layers that live: as many as there are subscribers with one.
static LIVING: Mutex<Vec<u64>> = Mutex::new(Vec::new());

/// Number of layers that have gone.
static GONE: AtomicU64 = AtomicU64::new(0);

/// A number for a layer, for the first half of its [`EntryKey`]s.
pub(crate) fn begin() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(RUNTIME + 1);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    living().push(number);
    number
}

/// The layer with this number leaves nothing any more.
pub(crate) fn end(number: u64) {
    living().retain(|living| *living != number);
    GONE.fetch_add(1, Ordering::Release);
}

#[inline]
pub(super) fn count_gone() -> u64 {
    GONE.load(Ordering::Acquire)
}

pub(crate) fn is_gone(key: EntryKey) -> bool {
    key.0 != RUNTIME && !living().contains(&key.0)
}

/// Numbers, which a panic cannot leave half written.
fn living() -> MutexGuard<'static, Vec<u64>> {
    LIVING.lock().unwrap_or_else(PoisonError::into_inner)
}
