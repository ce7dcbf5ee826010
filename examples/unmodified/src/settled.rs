//! A recording at a moment when nothing happens.

use std::time::Duration;

use async_hooks::recorder::{FlightRecorder, Lifetime, Recording};
use tokio::runtime::Handle;
use tokio::time::{self, Instant};

/// With the number of tasks that were spawned and that are alive, by tokio's metrics.
///
/// A task is alive until a moment after who joins it was woken, so some patience is needed; what is wrong stays so.
pub(crate) async fn recording(recorder: &FlightRecorder) -> (Recording, u64, usize) {
    let metrics = Handle::current().metrics();
    let count = || (metrics.spawned_tasks_count(), metrics.num_alive_tasks());
    let patience = Instant::now() + Duration::from_secs(10);
    loop {
        time::sleep(Duration::from_millis(20)).await;
        let (spawned, alive) = count();
        let recording = recorder.recording();
        let is_settled = (spawned, alive) == count() && living_tasks(&recording) == alive;
        if is_settled || Instant::now() > patience {
            return (recording, spawned, alive);
        }
    }
}

/// What a recording has of kind `tokio::task`.
pub(crate) fn tasks(recording: &Recording) -> impl Iterator<Item = &Lifetime> {
    recording.lifetimes().filter(|life| life.kind() == "tokio::task")
}

/// Those that have not ended.
pub(crate) fn living_tasks(recording: &Recording) -> usize {
    tasks(recording).filter(|task| task.end().is_none()).count()
}
