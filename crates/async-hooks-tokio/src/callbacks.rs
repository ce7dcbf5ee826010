//! What the callbacks of a runtime do.
//!
//! ```text
//!   tokio calls            the callback
//!   on_task_spawn          creates a record, unless a wrapper claims the task; sends init, in the scope of the spawner
//!   on_before_task_poll    brings ids and context to the thread, sends before
//!   on_task_terminate      drops the record, within a poll or outside; sends destroy, unless polls are open
//!   on_after_task_poll     sends after, takes context and ids from the thread; the last poll of an ended task sends destroy
//! ```

use async_hooks_core::runtime::{self, TaskRecord};
use tokio::runtime::TaskMeta;

use crate::task_number::task_number;
use crate::tasks;

/// The kind of every task that tokio reports.
const KIND: &&str = &"tokio::task";

/// Creates the record of the task, unless a wrapper claims it.
///
/// Returns whether there is a record.
#[inline]
pub(crate) fn on_task_spawn(task: &TaskMeta<'_>) -> bool {
    let is_claimed = runtime::take_claim(task_number(task.id()), task.spawned_at());
    if !is_claimed {
        record(task);
    }
    !is_claimed
}

/// Not inlined, so that a claimed spawn saves no registers.
#[inline(never)]
fn record(task: &TaskMeta<'_>) {
    let number = task_number(task.id());
    tasks::insert(number, TaskRecord::spawned(number, KIND, task.spawned_at()));
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
