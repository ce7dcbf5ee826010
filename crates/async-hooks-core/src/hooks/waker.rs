//! Wakers that send `wake` to the hooks before they wake.
//!
//! While a hook wants wakes, a tracked future is polled with such a waker around its task's own. As long as the future or
//! anything it polls keeps a clone of it, the next poll gets the same one: code that compares wakers registers it once.
//!
//! The map below finds that waker again, and tells whether its resource may still be woken. It holds wakers weakly: a
//! strong reference would keep alive a task that every other owner has dropped.

use std::sync::{Arc, LazyLock, Weak};
use std::task::{Wake, Waker};

use crate::hooks::dispatch;
use crate::hooks::events::Events;
use crate::hooks::list::is_wanted;
use crate::identity::execution;
use crate::identity::id::AsyncId;
use crate::identity::id_map::IdMap;
use crate::identity::resource::Resource;

struct WakeEdge {
    resource: Resource,
    inner: Waker,
}

/// Keyed by the resources that were polled with a waker of ours, from that poll to their end.
static EDGES: LazyLock<IdMap<Weak<WakeEdge>>> = LazyLock::new(IdMap::default);

/// Returns the waker to poll the resource with; [`end`] ends its use.
pub(crate) fn waker(resource: &Resource, inner: &Waker) -> Waker {
    let kept = find(resource.async_id()).filter(|edge| edge.inner.will_wake(inner));
    Waker::from(kept.unwrap_or_else(|| insert(WakeEdge { resource: *resource, inner: inner.clone() })))
}

/// Notes that the resource has ended: later wakes reach no hook.
#[cold]
pub(crate) fn end(id: AsyncId) {
    EDGES.remove(&id);
}

/// Returns the edge after the map is unlocked: it may be the last reference, and drop a task.
fn find(id: AsyncId) -> Option<Arc<WakeEdge>> {
    EDGES.get(&id).and_then(|edge| edge.upgrade())
}

fn insert(edge: WakeEdge) -> Arc<WakeEdge> {
    let edge = Arc::new(edge);
    EDGES.insert(edge.resource.async_id(), Arc::downgrade(&edge));
    edge
}

impl WakeEdge {
    #[inline(never)]
    fn send(&self) {
        if EDGES.contains_key(&self.resource.async_id()) {
            dispatch::wake(&self.resource, &execution::executing());
        }
    }
}

/// Calls the hooks first: once the task's own waker is called, another thread may poll it.
impl Wake for WakeEdge {
    fn wake(self: Arc<Self>) {
        if is_wanted(Events::WAKE) {
            self.send();
        }
        match Arc::try_unwrap(self) {
            Ok(edge) => edge.inner.wake(),
            Err(shared) => shared.inner.wake_by_ref(),
        }
    }

    fn wake_by_ref(self: &Arc<Self>) {
        if is_wanted(Events::WAKE) {
            self.send();
        }
        self.inner.wake_by_ref();
    }
}
