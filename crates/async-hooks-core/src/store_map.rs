//! A map from async ids to stores, maintained by a hook.

use std::fmt;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::sync::{Arc, Weak};

use crate::hooks::handle::EnabledHook;
use crate::hooks::stores::MaintainedStores;
use crate::identity::execution;
use crate::identity::id::AsyncId;

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
    stores: Arc<MaintainedStores<V>>,
}

impl<V: Clone + Send + Sync + 'static> StoreMap<V> {
    /// Creates an empty, disabled map.
    ///
    /// ```
    /// assert!(async_hooks_core::StoreMap::<u32>::new().is_empty());
    /// ```
    #[must_use]
    pub fn new() -> Self {
        StoreMap { stores: Arc::new(MaintainedStores::new()) }
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
        self.stores.hook().enable();
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
        EnabledStoreMap { hook: Some(self.stores.hook().enable_scoped()), stores: Arc::downgrade(&self.stores) }
    }

    /// Whether the map is enabled.
    ///
    /// ```
    /// assert!(!async_hooks_core::StoreMap::<u32>::new().is_enabled());
    /// ```
    #[must_use]
    pub fn is_enabled(&self) -> bool {
        self.stores.hook().is_enabled()
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
        self.stores.disable();
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
        if !executing.is_observed() {
            return None;
        }
        self.stores.set(executing.async_id(), value).map(Arc::unwrap_or_clone)
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
        self.stores.get(id).map(Arc::unwrap_or_clone)
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
        self.stores.len()
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
        StoreMap { stores: Arc::clone(&self.stores) }
    }
}

impl<V: Clone + Send + Sync + 'static> Default for StoreMap<V> {
    fn default() -> Self {
        Self::new()
    }
}

impl<V> fmt::Debug for StoreMap<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (len, is_enabled) = (self.stores.len(), self.stores.hook().is_enabled());
        f.debug_struct("StoreMap").field("len", &len).field("is_enabled", &is_enabled).finish()
    }
}

/// Keeps a [`StoreMap`] enabled until it is dropped; made by [`StoreMap::enable_scoped`].
///
/// The drop of the last guard disables the map, unless [`StoreMap::enable`] was called too. After
/// [`StoreMap::disable`], the drop does nothing.
///
/// # Examples
///
/// ```
/// use async_hooks_core::StoreMap;
///
/// let users = StoreMap::<&str>::new();
/// let (first, second) = (users.enable_scoped(), users.enable_scoped());
/// drop(first);
/// assert!(users.is_enabled());
/// drop(second);
/// assert!(!users.is_enabled());
/// ```
#[must_use = "the map is disabled when the guard is dropped"]
pub struct EnabledStoreMap<V> {
    /// `None` once it has been dropped.
    hook: Option<EnabledHook>,
    /// Weak: nobody can ask a map of which only a guard is left.
    stores: Weak<MaintainedStores<V>>,
}

impl<V> Drop for EnabledStoreMap<V> {
    fn drop(&mut self) {
        drop(self.hook.take());
        if let Some(stores) = self.stores.upgrade() {
            stores.note_end_of_guard();
        }
    }
}

impl<V> fmt::Debug for EnabledStoreMap<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EnabledStoreMap").finish_non_exhaustive()
    }
}
