//! The guard that keeps a store map enabled.

use std::fmt;
use std::sync::{Arc, Weak};

use crate::hooks::handle::EnabledHook;
use crate::store_map::shared::Shared;

/// Keeps a [`StoreMap`] enabled until it is dropped; made by [`StoreMap::enable_scoped`].
///
/// The drop of the last guard disables the map, unless [`StoreMap::enable`] was called too. After
/// [`StoreMap::disable`], the drop does nothing.
///
/// [`StoreMap`]: crate::StoreMap
/// [`StoreMap::disable`]: crate::StoreMap::disable
/// [`StoreMap::enable`]: crate::StoreMap::enable
/// [`StoreMap::enable_scoped`]: crate::StoreMap::enable_scoped
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
    keeper: Option<EnabledHook>,
    /// Weak: nobody can ask a map of which only a guard is left.
    map: Weak<Shared<V>>,
}

impl<V> EnabledStoreMap<V> {
    pub(crate) fn new(map: &Arc<Shared<V>>) -> Self {
        EnabledStoreMap { keeper: Some(map.keeper().enable_scoped()), map: Arc::downgrade(map) }
    }
}

impl<V> Drop for EnabledStoreMap<V> {
    fn drop(&mut self) {
        drop(self.keeper.take());
        if let Some(map) = self.map.upgrade().filter(|map| !map.is_enabled()) {
            map.stores().clear();
        }
    }
}

impl<V> fmt::Debug for EnabledStoreMap<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EnabledStoreMap").finish_non_exhaustive()
    }
}
