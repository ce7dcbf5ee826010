//! Wakers that tell hooks who wakes whom.
//!
//! While a hook wants to know, a tracked future is polled with a waker of ours around its task's own. It is the same one from
//! poll to poll for as long as anybody keeps it, so that whoever compares wakers registers it once.
//!
//! The map here finds it again, and says whether its resource is still there to be woken. It holds no waker itself: a waker
//! kept by us would keep alive a task that everybody else has forgotten.

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

/// By every resource that was ever polled with a waker of ours, from then to its end.
static EDGES: LazyLock<IdMap<Weak<WakeEdge>>> = LazyLock::new(IdMap::default);

/// The waker to poll the resource with; whoever asks for it calls [`end`] when the resource comes to its end.
pub(crate) fn waker(resource: &Resource, inner: &Waker) -> Waker {
    let edge = known(resource.async_id()).filter(|edge| edge.inner.will_wake(inner));
    Waker::from(edge.unwrap_or_else(|| known_from_now_on(WakeEdge { resource: *resource, inner: inner.clone() })))
}

/// The resource has ended: wakes that come too late are told to nobody.
#[cold]
pub(crate) fn end(id: AsyncId) {
    EDGES.remove(&id);
}

/// What is found is handed out of the lock: this may become the last of a waker, whose drop may drop a task.
fn known(id: AsyncId) -> Option<Arc<WakeEdge>> {
    EDGES.get(&id).and_then(|edge| edge.upgrade())
}

fn known_from_now_on(edge: WakeEdge) -> Arc<WakeEdge> {
    let edge = Arc::new(edge);
    EDGES.insert(edge.resource.async_id(), Arc::downgrade(&edge));
    edge
}

impl WakeEdge {
    #[inline(never)]
    fn tell(&self) {
        if EDGES.contains_key(&self.resource.async_id()) {
            dispatch::wake(&self.resource, execution::executing());
        }
    }
}

/// Hooks first: once the task's own waker was called, another thread may poll the task before they have heard of it.
impl Wake for WakeEdge {
    fn wake(self: Arc<Self>) {
        if is_wanted(Events::WAKE) {
            self.tell();
        }
        match Arc::try_unwrap(self) {
            Ok(edge) => edge.inner.wake(),
            Err(shared) => shared.inner.wake_by_ref(),
        }
    }

    fn wake_by_ref(self: &Arc<Self>) {
        if is_wanted(Events::WAKE) {
            self.tell();
        }
        self.inner.wake_by_ref();
    }
}
