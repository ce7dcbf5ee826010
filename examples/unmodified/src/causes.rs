//! What has spawned a task, by its recording and by tokio's account.

use async_hooks::AsyncId;
use async_hooks::recorder::{Lifetime, Recording};

use crate::recorded::Recorded;
use crate::witness::Task;

/// Whether a blocking job has spawned it, of which tokio reports no beginning.
pub(crate) fn is_from_job(recorded: &Recorded, task: &Task) -> bool {
    task.parent.is_some_and(|parent| !recorded.tasks.contains_key(&parent))
}

/// Whether the task that spawned it was dropped with the runtime, outside of its scope.
///
/// Then what executes there triggers it: the root, or the task whose spawn the closed runtime has refused.
pub(crate) fn is_from_drop(recorded: &Recorded, task: &Task) -> bool {
    let end = Some(recorded.living.interval().end());
    let Some(life) = recorded.ended.lifetime(task.async_id) else { return false };
    let Some(parent) = task.parent.and_then(|parent| recorded.tasks.get(&parent)) else { return false };
    let is_at_the_end = life.start() >= end && parent.ended >= end;
    is_at_the_end && caused_by(&recorded.ended, life) != Some(parent.async_id)
}

pub(crate) fn kind(recording: &Recording, id: AsyncId) -> Option<&str> {
    recording.lifetime(id).map(Lifetime::kind)
}

/// The nearest trigger that is a task or a job, and no span.
pub(crate) fn caused_by(recording: &Recording, life: &Lifetime) -> Option<AsyncId> {
    let is_span = |id| kind(recording, id).is_some_and(|kind| !["tokio::task", "tokio::blocking"].contains(&kind));
    let mut trigger = life.trigger_async_id();
    while let Some(span) = trigger.filter(|id| is_span(*id)) {
        trigger = recording.lifetime(span).and_then(Lifetime::trigger_async_id);
    }
    trigger
}
