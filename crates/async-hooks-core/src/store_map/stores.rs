//! The stores of a store map, by the id of their resource.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::identity::id::AsyncId;
use crate::identity::id_map::IdMap;
use crate::panics::{discard, report};

/// The stores, each in an `Arc`.
///
/// A resource inherits a store by a reference count. No clone or drop of a `V` runs while a shard of the map is locked.
pub(crate) struct Stores<V> {
    by_id: IdMap<Arc<V>>,
    /// The `len` of the map would visit every shard.
    ///
    /// With this count, a hook on an empty map costs one load.
    count: AtomicUsize,
}

impl<V> Stores<V> {
    pub(crate) fn new() -> Self {
        Stores { by_id: IdMap::default(), count: AtomicUsize::new(0) }
    }

    pub(crate) fn len(&self) -> usize {
        self.count.load(Ordering::Relaxed)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub(crate) fn get(&self, id: AsyncId) -> Option<Arc<V>> {
        self.by_id.get(&id).map(|store| Arc::clone(&store))
    }

    pub(crate) fn insert(&self, id: AsyncId, store: Arc<V>) -> Option<Arc<V>> {
        // Counted before it can be found, so that the count never falls below 0.
        self.count.fetch_add(1, Ordering::Relaxed);
        let replaced = self.by_id.insert(id, store);
        if replaced.is_some() {
            self.count.fetch_sub(1, Ordering::Relaxed);
        }
        replaced
    }

    pub(crate) fn remove(&self, id: AsyncId) {
        if let Some((_, store)) = self.by_id.remove(&id) {
            self.count.fetch_sub(1, Ordering::Relaxed);
            drop_contained(store);
        }
    }

    /// Removes the stores one by one, and drops them outside the lock.
    ///
    /// The drop of a store may use the map.
    pub(crate) fn clear(&self) {
        let ids: Vec<AsyncId> = self.by_id.iter().map(|entry| *entry.key()).collect();
        ids.into_iter().for_each(|id| self.remove(id));
    }
}

/// Drops what may be the last reference to a store.
///
/// The drop of a `V` is foreign code. If its panic left the hook, the hook would be disabled, and the map with it.
fn drop_contained<V>(store: Arc<V>) {
    if let Err(payload) = catch_unwind(AssertUnwindSafe(|| drop(store))) {
        report(format_args!("the drop of a store panicked"), &*payload);
        discard(payload);
    }
}
