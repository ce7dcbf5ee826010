//! What tokio itself says of each task: who spawned it, on which line, and when it ended.
//!
//! The parent is the task that runs on the thread by tokio's own account, which async-hooks does not write.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::LazyLock;

use async_hooks::recorder::Timestamp;
use async_hooks::tokio::RuntimeHooks;
use async_hooks::{AsyncId, Location, Resource, create_hook};
use dashmap::DashMap;
use tokio::runtime::TaskMeta;
use tokio::task;

#[derive(Debug)]
pub(crate) struct Task {
    pub(crate) async_id: AsyncId,
    /// The task that ran when this one was spawned; a blocking job is one, too.
    pub(crate) parent: Option<task::Id>,
    pub(crate) file: &'static str,
    /// By the clock of the recorder.
    pub(crate) ended: Option<Timestamp>,
}

thread_local! {
    /// Tasks whose `init` was sent here, and which tokio has not reported yet.
    ///
    /// One may be spawned within the spawn of another.
    static CREATED: RefCell<Vec<Resource>> = const { RefCell::new(Vec::new()) };
}

static TASKS: LazyLock<DashMap<task::Id, Task>> = LazyLock::new(DashMap::new);
/// What ended without a beginning: blocking jobs and workers.
///
/// For a moment also what is spawned when its runtime ends.
static ENDED_EARLY: LazyLock<DashMap<task::Id, Timestamp>> = LazyLock::new(DashMap::new);

/// Enables the hook that knows which resource a task is.
pub(crate) fn watch() {
    let note = |resource: &Resource| {
        if resource.kind() == "tokio::task" {
            CREATED.with_borrow_mut(|created| created.push(*resource));
        }
    };
    create_hook().init(note).build().enable();
}

/// The callbacks that write this down.
pub(crate) fn hooks() -> RuntimeHooks {
    RuntimeHooks::new().on_task_spawn(note_spawn).on_task_terminate(note_end)
}

fn note_spawn(task: &TaskMeta<'_>) {
    let location = Location::from(task.spawned_at());
    let created = CREATED.with_borrow_mut(|created| {
        let last = created.iter().rposition(|resource| resource.location() == location)?;
        Some(created.remove(last).async_id())
    });
    let (async_id, parent) = (created.unwrap_or(AsyncId::ROOT), task::try_id());
    let ended = ENDED_EARLY.remove(&task.id()).map(|(_, ended)| ended);
    TASKS.insert(task.id(), Task { async_id, parent, file: location.file(), ended });
}

fn note_end(task: &TaskMeta<'_>) {
    match TASKS.get_mut(&task.id()) {
        Some(mut task) => task.ended = Some(Timestamp::now()),
        None => drop(ENDED_EARLY.insert(task.id(), Timestamp::now())),
    }
}

/// The tasks that were noted since the last call.
pub(crate) fn take() -> HashMap<task::Id, Task> {
    ENDED_EARLY.clear();
    let ids = Vec::from_iter(TASKS.iter().map(|task| *task.key()));
    ids.iter().filter_map(|id| TASKS.remove(id)).collect()
}
