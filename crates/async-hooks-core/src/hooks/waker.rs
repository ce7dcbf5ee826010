//! Wakers that send `wake` to the hooks before they wake.
//!
//! While a hook wants wakes, a tracked future is polled with such a waker around its task's own. The future keeps it from poll
//! to poll:
//!
//! ```text
//!   Unused ──── the polled code kept no clone ──▶ Own       without the task's waker; used again, without an allocation
//!          └─── the polled code kept one ───────▶ Shared    weakly; used again until the last clone is dropped
//! ```
//!
//! So code that compares wakers registers it once, and the future never keeps its own task alive: an executor may end a task by
//! dropping its last waker.
//!
//! A task that has used up its budget in a poll is woken by tokio's scheduler when that poll has ended. The waker that the
//! poll has left shared notes this, and the next wake by the root is then reported as the task's own.

use std::mem::{self, ManuallyDrop};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Weak};
use std::task::{Context, Wake, Waker};

use crate::context::untracked;
use crate::hooks::dispatch;
use crate::hooks::events::Events;
use crate::hooks::list::is_wanted;
use crate::identity::execution;
use crate::identity::id::AsyncId;
use crate::identity::resource::Resource;

/// The waker of a tracked future, between its polls.
///
/// One word, since every resource has one, and hardly any is used.
///
/// It has no destructor: a drop of a resource that hooks do not watch stays short. [`end`](Self::end) frees it.
pub(crate) struct WakerSlot(ManuallyDrop<Option<Box<Kept>>>);

/// What the future keeps once it was polled with such a waker.
#[derive(Default)]
struct Kept {
    edge: KeptEdge,
    /// Shared with all wakers of the resource.
    ///
    /// One that another task has kept since an earlier poll still wakes that.
    has_ended: Arc<AtomicBool>,
}

#[derive(Default)]
enum KeptEdge {
    #[default]
    Unused,
    Own(Arc<WakeEdge>),
    Shared(Weak<WakeEdge>),
}

impl WakerSlot {
    pub(crate) const UNUSED: WakerSlot = WakerSlot(ManuallyDrop::new(None));

    /// Calls `poll` with the waker of the resource around `inner`.
    #[inline]
    pub(crate) fn poll<R>(
        &mut self,
        resource: &Resource,
        inner: &Waker,
        poll: impl FnOnce(&mut Context<'_>) -> R,
    ) -> R {
        let kept = self.0.get_or_insert_default();
        let edge = kept.take_for(resource, inner);
        let waker = Waker::from(Arc::clone(&edge));
        let polled = poll(&mut Context::from_waker(&waker));
        drop(waker);
        kept.edge.keep(edge);
        polled
    }

    /// Notes that the resource has ended: later wakes reach no hook.
    ///
    /// Every resource that was watched calls it.
    #[cold]
    pub(crate) fn end(&mut self) {
        if let Some(kept) = self.0.take() {
            kept.has_ended.store(true, Ordering::Release);
        }
    }
}

impl Kept {
    fn take_for(&mut self, resource: &Resource, inner: &Waker) -> Arc<WakeEdge> {
        let kept = mem::take(&mut self.edge).usable_for(inner);
        kept.unwrap_or_else(|| {
            let (inner, has_ended) = (Some(inner.clone()), Arc::clone(&self.has_ended));
            Arc::new(WakeEdge { resource: *resource, inner, is_deferred: AtomicBool::new(false), has_ended })
        })
    }
}

impl KeptEdge {
    fn usable_for(self, inner: &Waker) -> Option<Arc<WakeEdge>> {
        match self {
            KeptEdge::Own(mut edge) => {
                Arc::get_mut(&mut edge)?.inner = Some(inner.clone());
                Some(edge)
            }
            KeptEdge::Shared(edge) => edge.upgrade().filter(|edge| edge.wakes_as(inner)),
            KeptEdge::Unused => None,
        }
    }

    fn keep(&mut self, mut edge: Arc<WakeEdge>) {
        let unused = Arc::get_mut(&mut edge).map(|own| own.inner.take());
        *self = match unused {
            Some(_) => KeptEdge::Own(edge),
            None => {
                edge.is_deferred.store(untracked::is_budget_used_up(), Ordering::Relaxed);
                KeptEdge::Shared(Arc::downgrade(&edge))
            }
        };
    }
}

struct WakeEdge {
    resource: Resource,
    /// The waker of the task; `None` while the future alone has this.
    inner: Option<Waker>,
    /// Set at the end of a poll that has used up the task's budget, until the root wakes it.
    is_deferred: AtomicBool,
    has_ended: Arc<AtomicBool>,
}

impl WakeEdge {
    fn wakes_as(&self, other: &Waker) -> bool {
        self.inner.as_ref().is_some_and(|inner| inner.will_wake(other))
    }

    #[inline(never)]
    fn send(&self) {
        if !self.has_ended.load(Ordering::Acquire) {
            dispatch::wake(&self.resource, &self.source());
        }
    }

    /// What executes; for a wake that this task's own poll has left to the scheduler, the task.
    fn source(&self) -> Resource {
        let executing = execution::executing();
        let is_own = executing.async_id() == AsyncId::ROOT && self.is_deferred.swap(false, Ordering::Relaxed);
        if is_own { self.resource } else { executing }
    }
}

/// Calls the hooks first: once the task's own waker is called, another thread may poll it.
impl Wake for WakeEdge {
    fn wake(self: Arc<Self>) {
        if is_wanted(Events::WAKE) {
            self.send();
        }
        match Arc::try_unwrap(self) {
            Ok(WakeEdge { inner: Some(inner), .. }) => inner.wake(),
            Ok(_) => {}
            Err(shared) => shared.inner.iter().for_each(Waker::wake_by_ref),
        }
    }

    fn wake_by_ref(self: &Arc<Self>) {
        if is_wanted(Events::WAKE) {
            self.send();
        }
        self.inner.iter().for_each(Waker::wake_by_ref);
    }
}
