//! A map from async ids to stores, maintained by a hook.

use std::fmt;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::sync::Arc;

use crate::identity::execution;
use crate::identity::id::AsyncId;
use crate::store_map::enabled_store_map::EnabledStoreMap;
use crate::store_map::shared::Shared;

mod stores;

mod shared;

pub(crate) mod enabled_store_map;

/// A map with a store for each async resource, inherited from its *trigger*.
///
/// A hook maintains the map: on `init` it gives the new resource the store of its trigger, on `destroy` it removes that
/// store. Use it instead of an [`AsyncLocal`](crate::AsyncLocal) to follow triggers and not the context, or to read the
/// store of another resource: a hook, a report or another thread calls [`get_by_id`](Self::get_by_id).
///
/// Clones of a map are cheap and share it. A map is enabled until [`disable`](Self::disable); once its last clone is
/// dropped and nobody can ask it, it costs nothing any more. A disabled map is empty, because its hook no longer removes
/// the stores of resources that end.
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
pub struct StoreMap<V> {
    shared: Arc<Shared<V>>,
}

impl<V: Clone + Send + Sync + 'static> StoreMap<V> {
    /// Creates an empty, disabled map.
    ///
    /// ```
    /// assert!(async_hooks_core::StoreMap::<u32>::new().is_empty());
    /// ```
    #[must_use]
    pub fn new() -> Self {
        StoreMap { shared: Arc::new(Shared::new()) }
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
        self.shared.keeper().enable();
        self
    }

    /// Enables the map until the returned guard is dropped.
    ///
    /// Guards are counted: dropping the last one disables the map and drops every store, unless [`enable`](Self::enable)
    /// was called too.
    ///
    /// ```
    /// use async_hooks_core::StoreMap;
    ///
    /// let users = StoreMap::new();
    /// let enabled = users.enable_scoped();
    /// users.set("alice");
    /// assert_eq!(users.get(), Some("alice"));
    /// drop(enabled);
    /// assert!(users.is_empty() && !users.is_enabled());
    /// ```
    #[must_use = "the map is disabled when the guard is dropped"]
    pub fn enable_scoped(&self) -> EnabledStoreMap<V> {
        EnabledStoreMap::new(&self.shared)
    }

    /// Whether the map is enabled.
    ///
    /// ```
    /// assert!(!async_hooks_core::StoreMap::<u32>::new().is_enabled());
    /// ```
    #[must_use]
    pub fn is_enabled(&self) -> bool {
        self.shared.is_enabled()
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
        self.shared.disable();
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
        if !self.is_enabled() || !executing.is_observed() {
            return None;
        }
        self.shared.stores().insert(executing.async_id(), Arc::new(value)).map(Arc::unwrap_or_clone)
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
        self.shared.stores().get(id).map(Arc::unwrap_or_clone)
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
        self.shared.stores().len()
    }

    /// Whether no resource has a store.
    ///
    /// ```
    /// use async_hooks_core::StoreMap;
    ///
    /// let users = StoreMap::new();
    /// users.enable().set("alice");
    /// assert!(!users.is_empty());
    /// ```
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

// A store is replaced in one step, so a panic cannot leave one half changed.
impl<V> UnwindSafe for StoreMap<V> {}
impl<V> RefUnwindSafe for StoreMap<V> {}

impl<V> Clone for StoreMap<V> {
    fn clone(&self) -> Self {
        StoreMap { shared: Arc::clone(&self.shared) }
    }
}

impl<V: Clone + Send + Sync + 'static> Default for StoreMap<V> {
    fn default() -> Self {
        Self::new()
    }
}

impl<V> fmt::Debug for StoreMap<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (len, is_enabled) = (self.shared.stores().len(), self.shared.is_enabled());
        f.debug_struct("StoreMap").field("len", &len).field("is_enabled", &is_enabled).finish()
    }
}
