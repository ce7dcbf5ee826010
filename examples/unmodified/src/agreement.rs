//! A recording beside what tokio itself says of each task.

use std::collections::HashSet;

use async_hooks::AsyncId;
use async_hooks::recorder::Lifetime;

use crate::causes::{caused_by, is_from_drop, is_from_job, kind};
use crate::recorded::Recorded;
use crate::settled::tasks;
use crate::witness::Task;

#[derive(Default)]
pub(crate) struct Agreement {
    /// Those that had not ended before the interval of the recording.
    pub(crate) compared: usize,
    pub(crate) from_jobs: usize,
    /// Dropped with the runtime, a task has spawned it.
    pub(crate) from_drops: usize,
    /// Of runtimes that are not tracked; only tokio's own spans report them.
    pub(crate) of_others: usize,
    /// Not in the recording, or with another line, end or trigger than tokio says.
    pub(crate) wrong: Vec<String>,
}

/// Compares what was recorded until the end of the runtime.
pub(crate) fn of(recorded: &Recorded, has_tokio_spans: bool) -> Agreement {
    let mut agreement = Agreement::default();
    let known: HashSet<_> = recorded.tasks.values().map(|task| task.async_id).collect();
    agreement.of_others = tasks(&recorded.ended).filter(|life| !known.contains(&life.async_id())).count();
    let begun = recorded.ended.interval().start();
    for task in recorded.tasks.values().filter(|task| task.ended.is_none_or(|ended| ended >= begun)) {
        agreement.compared += 1;
        agreement.from_jobs += usize::from(is_from_job(recorded, task));
        agreement.from_drops += usize::from(is_from_drop(recorded, task));
        match recorded.ended.lifetime(task.async_id) {
            Some(life) if is_right(recorded, task, life, has_tokio_spans) => {}
            life => agreement.wrong.push(format!("{task:?} is {life:?}")),
        }
    }
    agreement
}

fn is_right(recorded: &Recorded, task: &Task, life: &Lifetime, has_tokio_spans: bool) -> bool {
    let trigger = caused_by(&recorded.ended, life);
    let parent = task.parent.map(|parent| recorded.tasks.get(&parent));
    let has_trigger = match parent {
        Some(Some(parent)) => trigger == Some(parent.async_id) || is_from_drop(recorded, task),
        Some(None) if has_tokio_spans => trigger.is_some_and(|id| kind(&recorded.ended, id) == Some("tokio::blocking")),
        _ => trigger == Some(AsyncId::ROOT),
    };
    life.kind() == "tokio::task"
        && life.file() == task.file
        && life.end().is_some() == task.ended.is_some()
        && has_trigger
}
