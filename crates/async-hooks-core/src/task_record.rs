//! A task that only its runtime's callbacks tell of: no future of ours is around it.
//!
//! ```text
//!   TaskRecord::spawned       init                      in the spawner's scope
//!   record.begin_poll()       ids in, context in        before, when the lock is released
//!   end_poll()                after, context out, ids out
//!   record.close_poll()       polls of one task may overlap at their edges, so they are counted
//!   record.terminate()        says whether it was the last of all
//!   drop(record)              destroy
//! ```
//!
//! Whoever hears the callbacks keeps the record, under a lock of their own: nothing here but `spawned` and `drop` runs foreign
//! code. It is kept small, since a table of them is as large as there are tasks.

use std::fmt;
use std::marker::PhantomData;
use std::mem;
use std::panic;

use crate::async_resource::{AsyncResource, created};
use crate::claim;
use crate::crossing;
use crate::dispatch;
use crate::hook::Events;
use crate::hook_list::is_wanted;
use crate::mapping::Mapping;
use crate::open_poll::{self, Captured, Keeper};
use crate::resource::{Resource, Unplaced};
use crate::scope;

/// What all the tasks of one table are.
pub trait TaskKind {
    /// As hooks are told.
    const KIND: &'static str;
}

/// What is kept of a task while it lives; dropping it sends `destroy`.
pub struct TaskRecord<K: TaskKind> {
    resource: Unplaced,
    spawned_at: &'static panic::Location<'static>,
    context: Captured,
    /// Those begun, counted and not ended.
    open_polls: u32,
    is_terminated: bool,
    kind: PhantomData<K>,
}

impl<K: TaskKind> TaskRecord<K> {
    /// The task spawned by what executes; sends `init`.
    ///
    /// A resource that was [offered](crate::adapter::offer) for this task is adopted, and was told of when it was made.
    #[must_use = "dropping a record destroys the task's resource"]
    pub fn spawned(task: u64, spawned_at: &'static panic::Location<'static>) -> Self {
        match claim::take_offer(task) {
            Some(offered) => Self::adopted(&offered, spawned_at),
            None => Self::made(spawned_at),
        }
    }

    fn made(spawned_at: &'static panic::Location<'static>) -> Self {
        let resource = created(K::KIND, spawned_at.into(), None);
        let record = Self::of(&resource, crossing::captured_by_spawn(), spawned_at);
        if is_wanted(Events::INIT) {
            dispatch::init(resource);
        }
        record
    }

    #[cold]
    fn adopted(offered: &AsyncResource, spawned_at: &'static panic::Location<'static>) -> Self {
        offered.let_adopt();
        Self::of(&offered.resource(), offered.context().clone(), spawned_at)
    }

    fn of(resource: &Resource, context: Mapping, spawned_at: &'static panic::Location<'static>) -> Self {
        let (resource, context) = (resource.unplaced(), Captured(context));
        TaskRecord { resource, spawned_at, context, open_polls: 0, is_terminated: false, kind: PhantomData }
    }

    /// What hooks are told of it.
    #[inline]
    #[must_use]
    pub fn resource(&self) -> Resource {
        self.resource.placed(K::KIND, self.spawned_at.into())
    }

    /// Begins a poll on this thread: ids in, context in. Says whether it is counted and to be [announced].
    ///
    /// It is counted while some hook wants to know of polls or of the end of tasks; only then their order is of interest.
    ///
    /// [announced]: crate::adapter::announce
    #[inline]
    pub fn begin_poll(&mut self, keeper: Keeper) -> bool {
        let is_counted = is_wanted(Events::BEFORE | Events::AFTER | Events::DESTROY);
        self.open_polls += u32::from(is_counted);
        open_poll::begin(self.resource(), self.context.0.clone(), keeper, is_counted);
        is_counted
    }

    /// What the task runs as when no poll of it is open.
    #[must_use]
    pub fn outside_polls(&self) -> OutsidePolls {
        OutsidePolls { resource: self.resource(), context: self.context.0.clone() }
    }

    /// A counted poll has ended; says whether nothing more is to come.
    #[inline]
    #[must_use = "a record to which nothing more comes is to be dropped"]
    pub fn close_poll(&mut self) -> bool {
        self.open_polls = self.open_polls.saturating_sub(1);
        self.is_over()
    }

    /// The task has ended; says whether nothing more is to come, or polls are still open.
    #[inline]
    #[must_use = "a record to which nothing more comes is to be dropped"]
    pub fn terminate(&mut self) -> bool {
        self.is_terminated = true;
        self.is_over()
    }

    /// Keeps the context as the task has changed it; gives back the former, to be dropped without the lock.
    #[must_use = "what was kept is to be dropped without the lock"]
    pub fn keep(&mut self, context: Captured) -> Captured {
        mem::replace(&mut self.context, context)
    }

    fn is_over(&self) -> bool {
        self.is_terminated && self.open_polls == 0
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

impl<K: TaskKind> Drop for TaskRecord<K> {
    fn drop(&mut self) {
        if is_wanted(Events::DESTROY) {
            dispatch::destroy(&self.resource());
        }
        let context = mem::take(&mut self.context.0);
        if !context.is_same(&Mapping::EMPTY) {
            open_poll::drop_quietly(context);
        }
    }
}

impl<K: TaskKind> fmt::Debug for TaskRecord<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TaskRecord").field("resource", &self.resource()).finish_non_exhaustive()
    }
}
