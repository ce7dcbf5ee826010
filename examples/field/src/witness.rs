//! What is known independently: who triggered whom, and which request is whose.

use std::sync::{Arc, LazyLock};

use async_hooks::{AsyncId, AsyncLocal, Resource, create_hook, execution_async_id};
use dashmap::DashMap;

/// Who asks: set once in each request, by whatever the program uses for that.
pub(crate) static USER: AsyncLocal<String> = AsyncLocal::new().named("user");

static RESOURCES: LazyLock<DashMap<AsyncId, Resource>> = LazyLock::new(DashMap::new);
static OWNERS: LazyLock<DashMap<AsyncId, Arc<str>>> = LazyLock::new(DashMap::new);

/// Enables the hook that records each resource.
pub(crate) fn watch() {
    let record = |resource: &Resource| _ = RESOURCES.insert(resource.async_id(), *resource);
    create_hook().init(record).build().enable();
}

/// Notes that what executes, and so all below it, is `caller`'s.
///
/// Between it and its request there may be spans; they are noted, too.
pub(crate) fn belongs_to(caller: &str) {
    let executing = execution_async_id();
    let is_request = |id: &AsyncId| RESOURCES.get(id).is_some_and(|resource| resource.kind() == "http::request");
    let request = chain(executing).position(|id| is_request(&id)).unwrap_or_default();
    for id in chain(executing).take(request + 1) {
        OWNERS.insert(id, caller.into());
    }
}

/// Whose `id` and the resources above it are; usually one.
pub(crate) fn owners(id: AsyncId) -> Vec<Arc<str>> {
    let owner = |id| OWNERS.get(&id).map(|owner| Arc::clone(&owner));
    let mut owners: Vec<_> = chain(id).filter_map(owner).collect();
    owners.dedup();
    owners
}

/// The id itself, what has triggered it, and so on.
fn chain(id: AsyncId) -> impl Iterator<Item = AsyncId> {
    let trigger = |id: &AsyncId| RESOURCES.get(id).and_then(|resource| resource.trigger_async_id());
    std::iter::successors(Some(id), trigger)
}
