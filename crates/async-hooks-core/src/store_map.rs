//! An id → store map, kept by the `init` and `destroy` hooks.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use crate::hooks::events::Events;
use crate::hooks::handle::AsyncHook;
use crate::hooks::hook::Hook;
use crate::identity::execution;
use crate::identity::id::AsyncId;
use crate::identity::id_map::IdMap;
use crate::identity::resource::Resource;

/// A store for every async resource, inherited from whoever *triggered* it.
///
/// The map is kept by hooks: `init` gives a new resource the store of its trigger, `destroy` removes it. Where an
/// [`AsyncLocal`](crate::AsyncLocal) follows the context, a `StoreMap` follows causality, and answers for other resources
/// too: [`get_by_id`](Self::get_by_id) from a hook, a report, another thread.
///
/// A handle is cheap to clone; dropping the last one disables the map. While it is disabled it holds nothing, since nobody
/// would remove the stores of resources that end.
///
/// Node: the map of the documentation's [`createHook`](https://nodejs.org/api/async_hooks.html#async_hookscreatehookoptions)
/// examples, with which `AsyncLocalStorage` began.
///
/// # Examples
///
/// ```
/// use async_hooks_core::{AsyncResource, StoreMap};
///
/// let users = StoreMap::new();
/// users.enable();
///
/// let request = AsyncResource::new("request");
/// let query = request.run_in_async_scope(|| {
///     users.set("alice");
///     AsyncResource::new("query")
/// });
/// assert_eq!(users.get_by_id(query.async_id()), Some("alice"));
///
/// drop((request, query));
/// assert!(users.is_empty());
/// ```
pub struct StoreMap<V: Clone + Send + Sync + 'static> {
    handle: Arc<Handle<V>>,
}

impl<V: Clone + Send + Sync + 'static> StoreMap<V> {
    /// An empty map, disabled.
    #[must_use]
    pub fn new() -> Self {
        let stores = Arc::new(Stores::new());
        let keeper = AsyncHook::new(Keeper { stores: Arc::clone(&stores) });
        StoreMap { handle: Arc::new(Handle { stores, keeper }) }
    }

    /// Starts to keep the map.
    pub fn enable(&self) -> &Self {
        self.handle.stores.is_kept.store(true, Ordering::Release);
        self.handle.keeper.enable();
        self
    }

    /// Stops, and forgets every store.
    ///
    /// ```
    /// use async_hooks_core::StoreMap;
    ///
    /// let users = StoreMap::new();
    /// users.enable().set("alice");
    /// assert_eq!(users.get(), Some("alice"));
    /// assert!(users.disable().is_empty());
    /// ```
    pub fn disable(&self) -> &Self {
        self.handle.disable();
        self
    }

    /// The store of the executing resource.
    #[must_use]
    pub fn get(&self) -> Option<V> {
        self.get_by_id(execution::execution_async_id())
    }

    /// Gives the executing resource a store, and returns the one it had.
    ///
    /// What it causes from now on inherits it; what it has caused already keeps what it has. Outside any resource it is
    /// the store of [`AsyncId::ROOT`], shared by all threads. Ignored where nobody would remove it again: while the map is
    /// disabled, and in what a hook has created. In a scope of a resource that has ended already it stays until the map is
    /// disabled.
    ///
    /// ```
    /// use async_hooks_core::{AsyncResource, StoreMap};
    ///
    /// let users = StoreMap::new();
    /// users.enable();
    /// AsyncResource::new("request").run_in_async_scope(|| {
    ///     assert_eq!(users.set("alice"), None);
    ///     assert_eq!(users.set("bob"), Some("alice"));
    /// });
    /// ```
    pub fn set(&self, value: V) -> Option<V> {
        let executing = execution::executing();
        let stores = &self.handle.stores;
        if !stores.is_kept.load(Ordering::Acquire) || !executing.is_observed() {
            return None;
        }
        stores.insert(executing.async_id(), Arc::new(value)).map(Arc::unwrap_or_clone)
    }

    /// The store of the resource with this id; `None` for one that has none, has ended or never was.
    #[must_use]
    pub fn get_by_id(&self, id: AsyncId) -> Option<V> {
        self.handle.stores.get(id).map(Arc::unwrap_or_clone)
    }

    /// How many resources have a store.
    #[must_use]
    pub fn len(&self) -> usize {
        self.handle.stores.count.load(Ordering::Relaxed)
    }

    /// Whether no resource has a store.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl<V: Clone + Send + Sync + 'static> Clone for StoreMap<V> {
    fn clone(&self) -> Self {
        StoreMap { handle: Arc::clone(&self.handle) }
    }
}

impl<V: Clone + Send + Sync + 'static> Default for StoreMap<V> {
    fn default() -> Self {
        Self::new()
    }
}

impl<V: Clone + Send + Sync + 'static> fmt::Debug for StoreMap<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let is_enabled = self.handle.keeper.is_enabled();
        f.debug_struct("StoreMap").field("len", &self.len()).field("is_enabled", &is_enabled).finish()
    }
}

/// What the clones of a map share; the hook holds only the stores, so the last clone can tell that it is the last.
struct Handle<V: Clone + Send + Sync + 'static> {
    stores: Arc<Stores<V>>,
    keeper: AsyncHook,
}

impl<V: Clone + Send + Sync + 'static> Handle<V> {
    fn disable(&self) {
        self.stores.is_kept.store(false, Ordering::Release);
        self.keeper.disable();
        self.stores.clear();
    }
}

impl<V: Clone + Send + Sync + 'static> Drop for Handle<V> {
    fn drop(&mut self) {
        self.disable();
    }
}

/// The hook.
struct Keeper<V> {
    stores: Arc<Stores<V>>,
}

impl<V: Send + Sync + 'static> Hook for Keeper<V> {
    fn init(&self, resource: &Resource) {
        if self.stores.is_empty() {
            return;
        }
        let inherited = resource.trigger_async_id().and_then(|trigger| self.stores.get(trigger));
        if let Some(store) = inherited {
            self.stores.insert(resource.async_id(), store);
        }
    }

    fn destroy(&self, resource: &Resource) {
        if !self.stores.is_empty() {
            self.stores.remove(resource.async_id());
        }
    }

    fn events(&self) -> Events {
        Events::INIT | Events::DESTROY
    }
}

/// The map itself. Stores are kept behind an `Arc`: inheriting is a reference count, and `V`'s own code (its clone, its
/// drop) never runs while a shard of the map is locked.
struct Stores<V> {
    by_id: IdMap<Arc<V>>,
    /// Beside the map, whose own `len` visits every shard; nobody inherits from an empty map, and that should cost nothing.
    count: AtomicUsize,
    is_kept: AtomicBool,
}

impl<V> Stores<V> {
    fn new() -> Self {
        Stores { by_id: IdMap::default(), count: AtomicUsize::new(0), is_kept: AtomicBool::new(false) }
    }

    fn is_empty(&self) -> bool {
        self.count.load(Ordering::Relaxed) == 0
    }

    fn get(&self, id: AsyncId) -> Option<Arc<V>> {
        self.by_id.get(&id).map(|store| Arc::clone(&store))
    }

    fn insert(&self, id: AsyncId, store: Arc<V>) -> Option<Arc<V>> {
        // Counted first: a store that can be found is never one too many.
        self.count.fetch_add(1, Ordering::Relaxed);
        let replaced = self.by_id.insert(id, store);
        if replaced.is_some() {
            self.count.fetch_sub(1, Ordering::Relaxed);
        }
        replaced
    }

    fn remove(&self, id: AsyncId) {
        if self.by_id.remove(&id).is_some() {
            self.count.fetch_sub(1, Ordering::Relaxed);
        }
    }

    /// One by one: what a store's drop does must not meet a locked shard.
    fn clear(&self) {
        let ids: Vec<AsyncId> = self.by_id.iter().map(|entry| *entry.key()).collect();
        ids.into_iter().for_each(|id| self.remove(id));
    }
}
