//! A map from async ids to stores, maintained by a hook.

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

/// A map with a store for each async resource, inherited from its *trigger*.
///
/// A hook maintains the map: on `init` it gives the new resource the store of its trigger, on `destroy` it removes that
/// store. Use it instead of an [`AsyncLocal`](crate::AsyncLocal) to follow triggers and not the context, or to read the
/// store of another resource: a hook, a report or another thread calls [`get_by_id`](Self::get_by_id).
///
/// Clones of a map are cheap and share it; dropping the last clone disables it. A disabled map is empty, because its
/// hook no longer removes the stores of resources that end.
///
/// Node: the map of the documentation's
/// [`createHook`](https://nodejs.org/api/async_hooks.html#async_hookscreatehookoptions) examples, with which
/// `AsyncLocalStorage` began.
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
    /// Creates an empty, disabled map.
    ///
    /// ```
    /// assert!(async_hooks_core::StoreMap::<u32>::new().is_empty());
    /// ```
    #[must_use]
    pub fn new() -> Self {
        let stores = Arc::new(Stores::new());
        let keeper = AsyncHook::new(Keeper { stores: Arc::clone(&stores) });
        StoreMap { handle: Arc::new(Handle { stores, keeper }) }
    }

    /// Enables the map: it accepts stores, and new resources inherit them.
    ///
    /// ```
    /// use async_hooks_core::StoreMap;
    ///
    /// let users = StoreMap::new();
    /// users.set("ignored");
    /// assert_eq!(users.enable().get(), None);
    /// ```
    pub fn enable(&self) -> &Self {
        self.handle.stores.is_enabled.store(true, Ordering::Release);
        self.handle.keeper.enable();
        self
    }

    /// Disables the map and drops every store.
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

    /// Returns a clone of the store of the executing resource.
    ///
    /// ```
    /// use async_hooks_core::{AsyncResource, StoreMap};
    ///
    /// let users = StoreMap::new();
    /// users.enable().set("alice");
    /// assert_eq!(AsyncResource::new("query").run_in_async_scope(|| users.get()), Some("alice"));
    /// ```
    #[must_use]
    pub fn get(&self) -> Option<V> {
        self.get_by_id(execution::execution_async_id())
    }

    /// Sets the store of the executing resource, and returns its previous store.
    ///
    /// Resources that it triggers from now on inherit the store; those that exist already keep theirs. Outside any
    /// resource the call sets the store of [`AsyncId::ROOT`], which all threads share.
    ///
    /// The call does nothing if no hook would remove the store: while the map is disabled, and in a resource that a
    /// hook has created. If the executing resource has ended already, its store stays until the map is disabled.
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
        if !stores.is_enabled.load(Ordering::Acquire) || !executing.is_observed() {
            return None;
        }
        stores.insert(executing.async_id(), Arc::new(value)).map(Arc::unwrap_or_clone)
    }

    /// Returns a clone of the store of the resource with this id.
    ///
    /// It is `None` if the resource has no store, has ended or never existed.
    ///
    /// ```
    /// use async_hooks_core::{AsyncId, StoreMap};
    ///
    /// let users = StoreMap::new();
    /// users.enable().set("alice");
    /// assert_eq!(users.get_by_id(AsyncId::ROOT), Some("alice"));
    /// ```
    #[must_use]
    pub fn get_by_id(&self, id: AsyncId) -> Option<V> {
        self.handle.stores.get(id).map(Arc::unwrap_or_clone)
    }

    /// Returns the number of resources that have a store.
    ///
    /// ```
    /// use async_hooks_core::{AsyncResource, StoreMap};
    ///
    /// let users = StoreMap::new();
    /// users.enable();
    /// let request = AsyncResource::new("request");
    /// request.run_in_async_scope(|| users.set("alice"));
    /// assert_eq!(users.len(), 1);
    /// ```
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

/// Shared by the clones of a map, and not by its hook: so the drop of the last clone disables the hook.
struct Handle<V: Clone + Send + Sync + 'static> {
    stores: Arc<Stores<V>>,
    keeper: AsyncHook,
}

impl<V: Clone + Send + Sync + 'static> Handle<V> {
    fn disable(&self) {
        self.stores.is_enabled.store(false, Ordering::Release);
        self.keeper.disable();
        self.stores.clear();
    }
}

impl<V: Clone + Send + Sync + 'static> Drop for Handle<V> {
    fn drop(&mut self) {
        self.disable();
    }
}

/// The hook that maintains the stores.
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

/// The stores, each in an `Arc`.
///
/// A resource inherits a store by a reference count. No clone or drop of a `V` runs while a shard of the map is locked.
struct Stores<V> {
    by_id: IdMap<Arc<V>>,
    /// The `len` of the map would visit every shard. With this count, a hook on an empty map costs one load.
    count: AtomicUsize,
    is_enabled: AtomicBool,
}

impl<V> Stores<V> {
    fn new() -> Self {
        Stores { by_id: IdMap::default(), count: AtomicUsize::new(0), is_enabled: AtomicBool::new(false) }
    }

    fn is_empty(&self) -> bool {
        self.count.load(Ordering::Relaxed) == 0
    }

    fn get(&self, id: AsyncId) -> Option<Arc<V>> {
        self.by_id.get(&id).map(|store| Arc::clone(&store))
    }

    fn insert(&self, id: AsyncId, store: Arc<V>) -> Option<Arc<V>> {
        // Counted before it can be found, so that the count never falls below 0.
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

    /// Removes the stores one by one, because the drop of a store may use the map, and so must not run under its lock.
    fn clear(&self) {
        let ids: Vec<AsyncId> = self.by_id.iter().map(|entry| *entry.key()).collect();
        ids.into_iter().for_each(|id| self.remove(id));
    }
}
