//! What is done when a runtime tells of its tasks.
//!
//! ```text
//!   tokio calls            and we
//!   on_task_spawn          make a record: init, in the spawner's scope
//!   on_before_task_poll    ids in, context in, before
//!   on_task_terminate      end the record, inside a poll or not: destroy, unless polls are open
//!   on_after_task_poll     after, context out, ids out; destroy, if it was the last of a task that has ended
//! ```

use async_hooks_core::runtime::{self, TaskRecord};
use tokio::runtime::TaskMeta;

use crate::task_number::task_number;
use crate::tasks;

/// What tokio's tasks are called.
const KIND: &&str = &"tokio::task";

/// Says whether the task is ours now, and not a wrapper's.
pub(crate) fn on_task_spawn(task: &TaskMeta<'_>) -> bool {
    let is_ours = !runtime::take_claim();
    if is_ours {
        let number = task_number(task.id());
        tasks::insert(number, TaskRecord::spawned(number, KIND, task.spawned_at()));
    }
    is_ours
}

#[inline]
pub(crate) fn on_before_task_poll(task: &TaskMeta<'_>) {
    tasks::begin_poll(task_number(task.id()));
}

#[inline]
pub(crate) fn on_after_task_poll(task: &TaskMeta<'_>) {
    runtime::end_poll(task_number(task.id()));
}

pub(crate) fn on_task_terminate(task: &TaskMeta<'_>) {
    tasks::terminate(task_number(task.id()));
}
