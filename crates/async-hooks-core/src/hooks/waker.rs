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
    /// Whether the edge may still note a used-up budget.
    is_deferred: bool,
    /// The wakers for other tasks that polled the future earlier.
    ///
    /// Other code may still hold clones of them.
    former: Vec<Weak<WakeEdge>>,
}

#[derive(Default)]
enum KeptEdge {
    #[default]
    Unused,
    /// Between polls the future alone holds it.
    ///
    /// During a poll, the polled code may hold clones.
    Own(Arc<WakeEdge>),
    Shared(Weak<WakeEdge>),
}

impl KeptEdge {
    #[cold]
    fn note_deferral(&self, is_deferred: bool) {
        if let KeptEdge::Shared(edge) = self {
            edge.upgrade().iter().for_each(|edge| edge.is_deferred.store(is_deferred, Ordering::Relaxed));
        }
    }
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
        let edge = kept.edge_for(resource, inner);
        // Dropped when the waker is gone, after a panic as well.
        let _settling = Settling(kept);
        let waker = Waker::from(edge);
        poll(&mut Context::from_waker(&waker))
    }

    /// Notes that the resource has ended: later wakes reach no hook.
    ///
    /// Every resource that was watched calls it.
    #[cold]
    pub(crate) fn end(&mut self) {
        if let Some(kept) = self.0.take() {
            // Other code holds no clone of an `Own` one.
            if let KeptEdge::Shared(edge) = &kept.edge {
                WakeEdge::end(edge);
            }
            kept.former.iter().for_each(WakeEdge::end);
        }
    }
}

impl Kept {
    /// The edge for a poll by the task of `inner`.
    fn edge_for(&mut self, resource: &Resource, inner: &Waker) -> Arc<WakeEdge> {
        match &mut self.edge {
            KeptEdge::Unused => {}
            KeptEdge::Own(edge) => {
                if let Some(own) = Arc::get_mut(edge) {
                    own.inner = Some(inner.clone());
                    return Arc::clone(edge);
                }
            }
            KeptEdge::Shared(edge) => match edge.upgrade() {
                Some(edge) if edge.wakes_as(inner) => return edge,
                Some(_) => self.keep_former(),
                None => {}
            },
        }
        let edge = Arc::new(WakeEdge::new(resource, inner));
        self.edge = KeptEdge::Own(Arc::clone(&edge));
        edge
    }

    /// Notes whether tokio's scheduler will wake the task.
    ///
    /// Called at the end of a poll whose code has kept clones. Most polls leave the edge as it is, and do not touch what other
    /// threads read.
    #[inline]
    fn note_deferral(&mut self) {
        let is_deferred = untracked::is_budget_used_up();
        if is_deferred || self.is_deferred {
            self.is_deferred = is_deferred;
            self.edge.note_deferral(is_deferred);
        }
    }

    /// Moves the waker for the previous task to the former ones.
    ///
    /// Other code holds a clone of it, which may still wake that task.
    #[cold]
    fn keep_former(&mut self) {
        if let KeptEdge::Shared(former) = mem::take(&mut self.edge) {
            self.former.retain(|former| former.strong_count() > 0);
            self.former.push(former);
        }
    }
}

/// Notes at the end of a poll whether the polled code has kept the waker.
struct Settling<'a>(&'a mut Kept);

impl Drop for Settling<'_> {
    #[inline]
    fn drop(&mut self) {
        if let KeptEdge::Own(edge) = &mut self.0.edge {
            match Arc::get_mut(edge) {
                Some(own) => return own.inner = None,
                None => self.0.edge = KeptEdge::Shared(Arc::downgrade(edge)),
            }
        }
        self.0.note_deferral();
    }
}

struct WakeEdge {
    resource: Resource,
    /// The waker of the task; `None` while the future alone has this.
    inner: Option<Waker>,
    /// Set at the end of a poll that has used up the task's budget, until the root wakes it.
    is_deferred: AtomicBool,
    has_ended: AtomicBool,
}

impl WakeEdge {
    fn new(resource: &Resource, inner: &Waker) -> WakeEdge {
        WakeEdge {
            resource: *resource,
            inner: Some(inner.clone()),
            is_deferred: AtomicBool::new(false),
            has_ended: AtomicBool::new(false),
        }
    }

    fn wakes_as(&self, other: &Waker) -> bool {
        self.inner.as_ref().is_some_and(|inner| inner.will_wake(other))
    }

    /// Stops its events. Without a clone there is nothing to stop.
    fn end(edge: &Weak<WakeEdge>) {
        if let Some(edge) = edge.upgrade() {
            edge.has_ended.store(true, Ordering::Release);
        }
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
