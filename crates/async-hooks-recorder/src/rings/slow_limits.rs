//! The durations above which `dump_slow` writes a file, by the kind of a resource.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

/// The limits of all kinds, which the end of a resource asks.
#[derive(Default)]
pub(crate) struct SlowLimits {
    has_any: AtomicBool,
    limits: RwLock<Vec<Arc<SlowLimit>>>,
}

/// Calls back when a resource of a kind ends that lived as long as this, or longer.
pub(crate) struct SlowLimit {
    pub(crate) kind: Box<str>,
    pub(crate) limit: Duration,
    pub(crate) exceeded: Box<dyn Fn() + Send + Sync>,
}

impl SlowLimits {
    pub(crate) fn add(&self, limit: Arc<SlowLimit>) {
        let mut limits = self.limits.write().unwrap_or_else(PoisonError::into_inner);
        limits.push(limit);
        self.has_any.store(true, Ordering::Release);
    }

    pub(crate) fn remove(&self, limit: &Arc<SlowLimit>) {
        let mut limits = self.limits.write().unwrap_or_else(PoisonError::into_inner);
        limits.retain(|other| !Arc::ptr_eq(other, limit));
        self.has_any.store(!limits.is_empty(), Ordering::Release);
    }

    /// Whether the end of a resource has to be checked.
    #[inline]
    pub(crate) fn has_any(&self) -> bool {
        self.has_any.load(Ordering::Relaxed)
    }

    /// Calls back for a resource that has ended.
    #[cold]
    pub(crate) fn check(&self, kind: &str, lived: Duration) {
        let limits = self.limits.read().unwrap_or_else(PoisonError::into_inner);
        let is_exceeded = |limit: &&Arc<SlowLimit>| *limit.kind == *kind && lived >= limit.limit;
        limits.iter().filter(is_exceeded).for_each(|limit| (limit.exceeded)());
    }
}
