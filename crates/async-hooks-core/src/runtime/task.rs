//! What is kept of a task that only its runtime's callbacks tell of: no future of ours is around it.
//!
//! ```text
//!   TaskRecord::spawned       init                      in the spawner's scope
//!   record.begin_poll()       ids in, context in        before, when the lock is released
//!   end_poll()                after, context out, ids out
//!   drop(record)              destroy, unless polls are open: then the last of them to end sends it
//! ```
//!
//! Whoever hears the callbacks keeps the record, under a lock of their own: nothing here but `spawned` and `drop` runs foreign
//! code. It is kept small, since a table of them is as large as there are tasks.

use std::fmt;
use std::mem;
use std::panic::{self, AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use crate::context::inheritance;
use crate::context::mapping::Mapping;
use crate::context::sink::CapturedContext;
use crate::hooks::dispatch;
use crate::hooks::events::Events;
use crate::hooks::list::is_wanted;
use crate::identity::resource::{Resource, Unplaced};
use crate::resource::async_resource::{AsyncResource, created};
use crate::resource::scope;
use crate::runtime::offered_task;

/// What is kept of a task while it lives; dropping it ends the task.
pub struct TaskRecord {
    /// Dropped ahead of the values, which stay until `destroy` has been sent.
    pub(super) task: Arc<Task>,
    pub(super) context: DropContained,
}

impl TaskRecord {
    /// The task spawned by what executes; sends `init`.
    ///
    /// A resource that was [offered](crate::runtime::offer) for this task is adopted, and was told of when it was made.
    #[must_use = "dropping a record destroys the task's resource"]
    pub fn spawned(task: u64, kind: &'static &'static str, spawned_at: &'static panic::Location<'static>) -> Self {
        match offered_task::take_offer(task) {
            Some(offered) => Self::adopted(&offered, kind, spawned_at),
            None => Self::made(kind, spawned_at),
        }
    }

    fn made(kind: &'static &'static str, spawned_at: &'static panic::Location<'static>) -> Self {
        let resource = created(kind, spawned_at.into(), None);
        let task = Arc::new(Task::new(&resource, kind, spawned_at));
        let record = TaskRecord { task, context: DropContained(inheritance::capture_for_spawn()) };
        if is_wanted(Events::INIT) {
            dispatch::init(resource);
        }
        record
    }

    #[cold]
    fn adopted(
        offered: &AsyncResource,
        kind: &'static &'static str,
        spawned_at: &'static panic::Location<'static>,
    ) -> Self {
        offered.let_adopt();
        let task = Arc::new(Task::new(&offered.resource(), kind, spawned_at));
        TaskRecord { task, context: DropContained(offered.context().clone()) }
    }

    /// What the task runs as when no poll of it is open.
    #[must_use]
    pub fn outside_polls(&self) -> OutsidePolls {
        OutsidePolls { resource: self.task.resource(), context: self.context.0.clone() }
    }

    /// Takes the context as the task has changed it, and gives the former for it, to be dropped without the lock.
    pub fn exchange(&mut self, context: &mut CapturedContext) {
        mem::swap(&mut self.context.0, &mut context.0);
    }
}

/// Lets something run as a task outside any poll of it.
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

/// Held by the record of the task while it lives, and by each of its polls that hooks hear of until that has ended. The last of
/// them to let go sends `destroy`, so nothing comes behind it.
pub(crate) struct Task {
    resource: Unplaced,
    /// One word, and not the two of a `str`: there are as many of these as there are tasks.
    kind: &'static &'static str,
    spawned_at: &'static panic::Location<'static>,
}

impl Task {
    pub(crate) fn new(
        resource: &Resource,
        kind: &'static &'static str,
        spawned_at: &'static panic::Location<'static>,
    ) -> Self {
        Task { resource: resource.unplaced(), kind, spawned_at }
    }

    /// What hooks are told of it.
    #[inline]
    pub(crate) fn resource(&self) -> Resource {
        self.resource.placed(self.kind, self.spawned_at.into())
    }
}

impl Drop for Task {
    fn drop(&mut self) {
        if is_wanted(Events::DESTROY) {
            dispatch::destroy(&self.resource());
        }
    }
}

/// A context that a runtime's callback drops. It may be the last to hold a value, whose drop may panic; the callback must not.
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
