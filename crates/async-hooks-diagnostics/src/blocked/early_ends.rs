//! Which resources are alive without a record in the table.
//!
//! They were created before the table was kept.
//!
//! If another thread destroys a resource while its scope is open, the scope gets no `after`: its entry stays in the slot of its
//! thread. The table has no record of it any more, as of a resource that was created before the tool was enabled. Here the two
//! are distinguished.

use std::collections::HashSet;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_hooks_core::{AsyncId, runtime};

/// The ends of resources with small ids.
///
/// A resource with a larger id was created after the table's hook was enabled.
#[derive(Debug)]
pub(crate) struct EarlyEnds {
    /// Ids of earlier resources are smaller.
    bound: AtomicU64,
    ended: Mutex<HashSet<u64>>,
}

/// The number of ends that are kept. Beyond it no resource without a record counts as alive.
const MAX_ENDS: usize = 65_536;

impl EarlyEnds {
    pub(crate) fn new() -> EarlyEnds {
        EarlyEnds { bound: AtomicU64::new(u64::MAX), ended: Mutex::default() }
    }

    /// The table's hook is enabled: from now on each new resource gets a record.
    pub(crate) fn note_enabled(&self) {
        let bound = runtime::id_bound();
        // A second thread that enables the tool finds the bound set.
        let _ = self.bound.compare_exchange(u64::MAX, bound, Ordering::Relaxed, Ordering::Relaxed);
    }

    /// A resource was destroyed. Takes a lock for an early one only.
    #[inline]
    pub(crate) fn note_destroyed(&self, id: AsyncId) {
        if self.is_early(id) {
            self.keep(id);
        }
    }

    /// Whether a resource that has no record is alive.
    pub(crate) fn is_alive_without_record(&self, id: AsyncId) -> bool {
        let is_alive = || {
            let ended = self.ended();
            ended.len() < MAX_ENDS && !ended.contains(&id.as_u64())
        };
        self.is_early(id) && is_alive()
    }

    #[inline]
    fn is_early(&self, id: AsyncId) -> bool {
        id.as_u64() < self.bound.load(Ordering::Relaxed)
    }

    #[cold]
    fn keep(&self, id: AsyncId) {
        let mut ended = self.ended();
        if ended.len() < MAX_ENDS {
            ended.insert(id.as_u64());
        }
    }

    fn ended(&self) -> MutexGuard<'_, HashSet<u64>> {
        self.ended.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use async_hooks_core::AsyncResource;

    fn id(number: u64) -> AsyncId {
        AsyncId::from_u64(number).expect("not zero")
    }

    #[test]
    fn without_a_record_only_an_early_resource_that_was_not_destroyed_is_alive() {
        let (ends, early) = (EarlyEnds::new(), AsyncResource::new("early").async_id());
        ends.note_enabled();
        assert!(ends.is_alive_without_record(early));
        ends.note_destroyed(early);
        assert!(!ends.is_alive_without_record(early));
        let late = id(runtime::id_bound() + 1_000_000);
        ends.note_destroyed(late);
        assert!(!ends.is_alive_without_record(late));
        assert_eq!(ends.ended().len(), 1);
    }

    #[test]
    fn very_many_ends_take_bounded_memory_and_then_nothing_counts_as_alive() {
        let ends = EarlyEnds::new();
        (1..200_000).for_each(|number| ends.note_destroyed(id(number)));
        assert_eq!(ends.ended().len(), MAX_ENDS);
        assert!(!ends.is_alive_without_record(id(300_000)));
    }
}
