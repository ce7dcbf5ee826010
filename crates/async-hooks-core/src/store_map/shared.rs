//! What the clones of a store map share.

use std::sync::Arc;

use crate::hooks::events::Events;
use crate::hooks::handle::AsyncHook;
use crate::hooks::hook::Hook;
use crate::identity::resource::Resource;
use crate::store_map::stores::Stores;

/// Shared by the clones of a map but not by its hook.
///
/// So the drop of the last clone disables the hook.
pub(crate) struct Shared<V> {
    stores: Arc<Stores<V>>,
    keeper: AsyncHook,
}

impl<V: Send + Sync + 'static> Shared<V> {
    pub(crate) fn new() -> Self {
        let stores = Arc::new(Stores::new());
        let keeper = AsyncHook::new(Keeper { stores: Arc::clone(&stores) });
        Shared { stores, keeper }
    }
}

impl<V> Shared<V> {
    pub(crate) fn stores(&self) -> &Stores<V> {
        &self.stores
    }

    /// The hook that maintains the stores.
    pub(crate) fn keeper(&self) -> &AsyncHook {
        &self.keeper
    }

    pub(crate) fn is_enabled(&self) -> bool {
        self.keeper.is_enabled()
    }

    pub(crate) fn disable(&self) {
        self.keeper.disable();
        self.stores.clear();
    }
}

impl<V> Drop for Shared<V> {
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
