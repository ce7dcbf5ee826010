//! What the callbacks of a runtime do.
//!
//! ```text
//!   tokio calls            the callback
//!   on_task_spawn          creates a record, unless a wrapper claims the task or it has ended; sends init, in the scope of the spawner
//!   on_before_task_poll    brings ids and context to the thread, sends before
//!   on_task_terminate      drops the record, within a poll or outside; sends destroy, unless polls are open
//!   on_after_task_poll     sends after, takes context and ids from the thread; the last poll of an ended task sends destroy
//! ```

use async_hooks_core::detached;
use async_hooks_core::runtime::{self, TaskRecord};
use tokio::runtime::TaskMeta;

use crate::poll_wrapper::PollWrapper;
use crate::task_number::task_number;
use crate::tasks;

/// The kind of every task that tokio reports.
const KIND: &&str = &"tokio::task";

/// Creates the record of the task, unless a wrapper claims it.
///
/// A detached task inherits no value, and is not wrapped. Whether it is detached is asked in the scope of the spawner.
#[inline]
pub(crate) fn on_task_spawn(
    task: &TaskMeta<'_>,
    wrapper: Option<&dyn PollWrapper>,
    is_detached: impl FnOnce(&TaskMeta<'_>) -> bool,
) {
    if runtime::take_claim(task_number(task.id()), task.spawned_at()) {
        return;
    }
    if is_detached(task) { detached(|| record(task, None)) } else { record(task, wrapper) }
}

/// Not inlined, so that a claimed spawn saves no registers.
///
/// The task may end at any moment, on another thread. So the wrapper knows it before the table does, and hooks after.
#[inline(never)]
fn record(task: &TaskMeta<'_>, wrapper: Option<&dyn PollWrapper>) {
    let number = task_number(task.id());
    let (record, init) = TaskRecord::spawned(number, KIND, task.spawned_at());
    wrapper.inspect(|wrapper| wrapper.spawned(number));
    let is_kept = tasks::insert(number, record);
    wrapper.filter(|_| !is_kept).inspect(|wrapper| wrapper.terminated(number));
    init.send();
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
