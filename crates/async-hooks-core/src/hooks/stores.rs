//! The stores of a `StoreMap`, and the hook that maintains them.
//!
//! A store is valid in the period of the hook in which it was set. `insert` compares the period after it has inserted, and
//! `disable` removes the stores of past periods after it has ended one. So one of the two finds a store inserted meanwhile.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use crate::hooks::events::Events;
use crate::hooks::handle::{AsyncHook, WeakHook};
use crate::hooks::hook::Hook;
use crate::hooks::listener::Period;
use crate::identity::id::AsyncId;
use crate::identity::id_map::IdMap;
use crate::identity::resource::Resource;
use crate::panics::{discard, report};

/// Stores with their hook; shared by the clones of a map but not by the hook.
///
/// So the drop of the last clone disables the hook.
pub(crate) struct MaintainedStores<V> {
    stores: Arc<Stores<V>>,
    hook: AsyncHook,
}

impl<V: Send + Sync + 'static> MaintainedStores<V> {
    pub(crate) fn new() -> Self {
        let stores = Arc::new(Stores::new());
        let hook = AsyncHook::new(Arc::clone(&stores));
        _ = stores.hook.set(hook.downgrade());
        MaintainedStores { stores, hook }
    }
}

impl<V> MaintainedStores<V> {
    pub(crate) fn hook(&self) -> &AsyncHook {
        &self.hook
    }

    pub(crate) fn len(&self) -> usize {
        self.stores.len()
    }

    pub(crate) fn get(&self, id: AsyncId) -> Option<Arc<V>> {
        self.stores.get(id, self.hook.period()?)
    }

    /// Does nothing while the hook is disabled.
    pub(crate) fn set(&self, id: AsyncId, store: V) -> Option<Arc<V>> {
        self.stores.insert(id, Arc::new(store), self.hook.period()?)
    }

    pub(crate) fn disable(&self) {
        self.hook.disable();
        self.stores.remove_outdated();
    }

    /// Removes the stores if the last guard has disabled the hook.
    pub(crate) fn note_end_of_guard(&self) {
        if self.hook.period().is_none() {
            self.stores.remove_outdated();
        }
    }
}

impl<V> Drop for MaintainedStores<V> {
    fn drop(&mut self) {
        self.disable();
    }
}

/// The stores by the id of their resource, each in an `Arc`.
///
/// A resource inherits a store by a reference count. No clone or drop of a `V` runs while a shard of the map is locked.
struct Stores<V> {
    by_id: IdMap<Valid<V>>,
    /// The `len` of the map would visit every shard.
    ///
    /// With this count, a hook on an empty map costs one load.
    count: AtomicUsize,
    /// The hook that maintains the stores; set when it is created.
    hook: OnceLock<WeakHook>,
}

/// A store, with the period in which it is valid.
struct Valid<V> {
    store: Arc<V>,
    period: Period,
}

impl<V> Stores<V> {
    fn new() -> Self {
        Stores { by_id: IdMap::default(), count: AtomicUsize::new(0), hook: OnceLock::new() }
    }

    fn len(&self) -> usize {
        self.count.load(Ordering::Relaxed)
    }

    fn period(&self) -> Option<Period> {
        self.hook.get().and_then(WeakHook::period)
    }

    fn get(&self, id: AsyncId, period: Period) -> Option<Arc<V>> {
        let valid = self.by_id.get(&id).filter(|valid| valid.period == period)?;
        Some(Arc::clone(&valid.store))
    }

    /// Returns the store that was replaced.
    fn insert(&self, id: AsyncId, store: Arc<V>, period: Period) -> Option<Arc<V>> {
        // Counted before it can be found, so that the count never falls below 0.
        self.count.fetch_add(1, Ordering::Relaxed);
        let replaced = self.by_id.insert(id, Valid { store, period });
        if replaced.is_some() {
            self.count.fetch_sub(1, Ordering::Relaxed);
        }
        if self.period() != Some(period) {
            self.remove_if_outdated(id);
        }
        replaced.filter(|replaced| replaced.period == period).map(|replaced| replaced.store)
    }

    fn remove(&self, id: AsyncId) {
        self.forget(self.by_id.remove(&id));
    }

    /// Reads the period while the shard is locked: then it is not older than that of the store.
    fn remove_if_outdated(&self, id: AsyncId) {
        self.forget(self.by_id.remove_if(&id, |_, valid| self.period() != Some(valid.period)));
    }

    /// Removes the stores of past periods one by one, and drops them outside the lock.
    ///
    /// The drop of a store may use the map.
    fn remove_outdated(&self) {
        let ids: Vec<AsyncId> = self.by_id.iter().map(|entry| *entry.key()).collect();
        ids.into_iter().for_each(|id| self.remove_if_outdated(id));
    }

    fn forget(&self, removed: Option<(AsyncId, Valid<V>)>) {
        if let Some((_, valid)) = removed {
            self.count.fetch_sub(1, Ordering::Relaxed);
            drop_contained(valid.store);
        }
    }
}

impl<V: Send + Sync + 'static> Hook for Stores<V> {
    fn init(&self, resource: &Resource) {
        if self.len() == 0 {
            return;
        }
        let (Some(trigger), Some(period)) = (resource.trigger_async_id(), self.period()) else { return };
        if let Some(store) = self.get(trigger, period) {
            self.insert(resource.async_id(), store, period);
        }
    }

    fn destroy(&self, resource: &Resource) {
        if self.len() != 0 {
            self.remove(resource.async_id());
        }
    }

    fn events(&self) -> Events {
        Events::INIT | Events::DESTROY
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

#[cfg(test)]
mod tests {
    use super::*;

    /// What a thread does that was interrupted between reading the period and keeping the store.
    #[test]
    fn a_store_of_a_period_that_has_ended_is_not_kept() {
        let map = MaintainedStores::new();
        map.hook().enable();
        let ended = map.hook().period().unwrap();
        map.disable();
        assert!(map.stores.insert(AsyncId::next(), Arc::new(1), ended).is_none());
        assert_eq!(map.len(), 0);
        map.hook().enable();
        assert!(map.stores.insert(AsyncId::next(), Arc::new(2), ended).is_none());
        assert_eq!(map.len(), 0, "the next period has stores of its own");
    }
}
