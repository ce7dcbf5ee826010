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
use std::panic;
use std::sync::Arc;

use crate::claim;
use crate::context::inheritance;
use crate::context::mapping::Mapping;
use crate::hooks::dispatch;
use crate::hooks::events::Events;
use crate::hooks::list::is_wanted;
use crate::identity::resource::Resource;
use crate::open_poll::{self, Captured, Keeper, Quiet};
use crate::resource::async_resource::{AsyncResource, created};
use crate::resource::scope;
use crate::task::Task;

/// What is kept of a task while it lives; dropping it ends the task.
pub struct TaskRecord {
    /// Dropped ahead of the values, which stay until `destroy` has been sent.
    task: Arc<Task>,
    context: Quiet,
}

impl TaskRecord {
    /// The task spawned by what executes; sends `init`.
    ///
    /// A resource that was [offered](crate::adapter::offer) for this task is adopted, and was told of when it was made.
    #[must_use = "dropping a record destroys the task's resource"]
    pub fn spawned(task: u64, kind: &'static &'static str, spawned_at: &'static panic::Location<'static>) -> Self {
        match claim::take_offer(task) {
            Some(offered) => Self::adopted(&offered, kind, spawned_at),
            None => Self::made(kind, spawned_at),
        }
    }

    fn made(kind: &'static &'static str, spawned_at: &'static panic::Location<'static>) -> Self {
        let resource = created(kind, spawned_at.into(), None);
        let task = Arc::new(Task::new(&resource, kind, spawned_at));
        let record = TaskRecord { task, context: Quiet(inheritance::captured_by_spawn()) };
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
        TaskRecord { task, context: Quiet(offered.context().clone()) }
    }

    /// Begins a poll on this thread: ids in, context in. Says whether it is to be [announced], when no lock is held.
    ///
    /// [announced]: crate::adapter::announce
    #[inline]
    pub fn begin_poll(&self, keeper: Keeper) -> bool {
        open_poll::begin(&self.task, self.context.0.clone(), keeper)
    }

    /// What the task runs as when no poll of it is open.
    #[must_use]
    pub fn outside_polls(&self) -> OutsidePolls {
        OutsidePolls { resource: self.task.resource(), context: self.context.0.clone() }
    }

    /// Takes the context as the task has changed it, and gives the former for it, to be dropped without the lock.
    pub fn exchange(&mut self, context: &mut Captured) {
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
