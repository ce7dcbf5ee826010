//! The record of a task that only its runtime's callbacks report, without a wrapper.
//!
//! ```text
//!   TaskRecord::spawned       creates the resource      in the spawner's scope
//!   init.send()               init                      when the adapter has the record, or has dropped it
//!   record.begin_poll()       ids in, context in        before, when the lock is released
//!   end_poll()                after, context out, ids out
//!   drop(record)              destroy, unless polls are open: then the last of them to end sends it
//! ```
//!
//! The adapter that receives the callbacks keeps the record under its own lock, so only `spawned` and `drop` run
//! foreign code. A record is small, because there is one for each task.

use std::fmt;
use std::mem;
use std::panic::{self, AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use crate::context::detaching::is_detached;
use crate::context::foreign::captured;
use crate::context::mapping::Mapping;
use crate::context::sink::CapturedContext;
use crate::hooks::dispatch;
use crate::hooks::events::Events;
use crate::hooks::list::is_wanted;
use crate::identity::execution::executing;
use crate::identity::resource::{Ids, Resource};
use crate::resource::async_resource::AsyncResource;
use crate::resource::created::created;
use crate::resource::scope;
use crate::runtime::offered_task::{self, Takeover};

/// The record of a task that has not ended; dropping it ends the task.
pub struct TaskRecord {
    /// Declared before `context`, so that the values exist until `destroy` has been sent.
    pub(super) task: Arc<Task>,
    pub(super) context: DropContained,
}

impl TaskRecord {
    /// The record of a task that the executing resource spawns, and its `init`.
    ///
    /// The caller sends `init`. It stores the record first: hooks may take long, and the task may end meanwhile. If a resource is
    /// [offered](crate::runtime::offer_task) for the task, the record takes it over; its `init` was sent when it was created.
    #[must_use = "dropping a record destroys the task's resource"]
    pub fn spawned(
        task: u64,
        kind: &'static &'static str,
        spawned_at: &'static panic::Location<'static>,
    ) -> (Self, UnsentInit) {
        match offered_task::take_over(task) {
            Some(Takeover::Resource(offered)) => (Self::taken_over(&offered, kind, spawned_at), UnsentInit(None)),
            Some(Takeover::Ended) => (Self::ended(kind, spawned_at), UnsentInit(None)),
            None => Self::created(kind, spawned_at),
        }
    }

    fn created(kind: &'static &'static str, spawned_at: &'static panic::Location<'static>) -> (Self, UnsentInit) {
        let resource = created(kind, spawned_at.into(), None);
        let task = Arc::new(Task::new(&resource, kind, spawned_at));
        let record = TaskRecord { task, context: DropContained(captured::capture_for_spawn()) };
        let is_wanted = dispatch::is_init_wanted_in(&record.context.0);
        let init = UnsentInit(is_wanted.then(|| Arc::clone(&record.task)));
        (record, init)
    }

    #[cold]
    fn taken_over(
        offered: &AsyncResource,
        kind: &'static &'static str,
        spawned_at: &'static panic::Location<'static>,
    ) -> Self {
        let task = Arc::new(Task::new(&offered.resource(), kind, spawned_at));
        let context = if is_detached() { Mapping::EMPTY } else { offered.context().clone() };
        TaskRecord { task, context: DropContained(context) }
    }

    /// Stands for a resource that hooks have seen from `init` to `destroy`.
    ///
    /// They receive nothing of this one.
    #[cold]
    fn ended(kind: &'static &'static str, spawned_at: &'static panic::Location<'static>) -> Self {
        let resource = Resource::new(kind, spawned_at.into(), executing().async_id(), false);
        TaskRecord { task: Arc::new(Task::new(&resource, kind, spawned_at)), context: DropContained(Mapping::EMPTY) }
    }

    /// The scope of the task, for code that runs outside any poll of it.
    #[must_use]
    pub fn outside_polls(&self) -> OutsidePolls {
        OutsidePolls { resource: self.task.resource(), context: self.context.0.clone() }
    }

    /// Exchanges the context for the one that the task has changed.
    ///
    /// The caller drops the former one without the lock.
    pub fn exchange(&mut self, context: &mut CapturedContext) {
        mem::swap(&mut self.context.0, &mut context.0);
    }
}

/// The `init` of a task, if a hook wants it.
///
/// It keeps `destroy` back until it is sent.
#[must_use = "hooks wait for it"]
pub struct UnsentInit(Option<Arc<Task>>);

impl UnsentInit {
    /// Sends `init`, in the scope of the spawner.
    ///
    /// `destroy` follows if the task has ended meanwhile.
    #[inline]
    pub fn send(self) {
        if let Some(task) = self.0 {
            dispatch::init(task.resource());
        }
    }
}

impl fmt::Debug for UnsentInit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UnsentInit").field("is_wanted", &self.0.is_some()).finish_non_exhaustive()
    }
}

/// The scope of a task outside any poll of it.
pub struct OutsidePolls {
    resource: Resource,
    context: Mapping,
}

impl OutsidePolls {
    /// Runs `f` as the task, without `before` and `after`.
    pub fn run_silently<R>(mut self, f: impl FnOnce() -> R) -> R {
        scope::run_silently_in(&self.resource, &mut self.context, f)
    }
}

impl fmt::Debug for OutsidePolls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OutsidePolls").field("resource", &self.resource).finish_non_exhaustive()
    }
}

impl fmt::Debug for TaskRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TaskRecord").field("resource", &self.task.resource()).finish_non_exhaustive()
    }
}

/// Shared by the record of the task and by each open poll that hooks observe.
///
/// `destroy` is sent when the last owner drops it, so it is always the final event.
pub(crate) struct Task {
    ids: Ids,
    /// One word instead of the two of a `str`, because there is one for each task.
    kind: &'static &'static str,
    spawned_at: &'static panic::Location<'static>,
}

impl Task {
    pub(crate) fn new(
        resource: &Resource,
        kind: &'static &'static str,
        spawned_at: &'static panic::Location<'static>,
    ) -> Self {
        Task { ids: resource.ids(), kind, spawned_at }
    }

    /// Describes the task for hooks.
    #[inline]
    pub(crate) fn resource(&self) -> Resource {
        self.ids.with(self.kind, self.spawned_at.into())
    }
}

impl Drop for Task {
    fn drop(&mut self) {
        if is_wanted(Events::DESTROY) {
            dispatch::destroy(&self.resource());
        }
    }
}

/// A context that a runtime's callback drops; the callback must not panic.
///
/// This may drop the last copy of a value, whose destructor may panic.
pub(crate) struct DropContained(pub(crate) Mapping);

impl Drop for DropContained {
    #[inline]
    fn drop(&mut self) {
        if !self.0.is_same(&Mapping::EMPTY) {
            drop_contained(mem::take(&mut self.0));
        }
    }
}

#[inline(never)]
fn drop_contained(context: Mapping) {
    if let Err(payload) = catch_unwind(AssertUnwindSafe(|| drop(context))) {
        mem::forget(payload);
    }
}
