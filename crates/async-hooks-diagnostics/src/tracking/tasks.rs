//! Tasks and jobs of a tokio runtime.

use std::future::Future as _;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

use async_hooks_tokio::{LocalSetExt as _, automatic};
use tokio::task::{JoinHandle, LocalSet};

use crate::tracking::origin::{Probe, ProbeSource};
use crate::tracking::outcome::outcome;
use crate::tracking::tracking_row::{Finding, TrackingRow};

/// The runtime is entered; `None` if it does not run what is spawned.
pub(crate) async fn rows(origin: &ProbeSource) -> Option<Vec<TrackingRow>> {
    let probe = origin.probe();
    let task = origin.make(|| tokio::spawn(async move { probe.look() }));
    let task = outcome(task).await?;
    let tracked_task = origin.make(|| async_hooks_tokio::spawn(async move { probe.look() }));
    let job = origin.make(|| tokio::task::spawn_blocking(move || probe.look()));
    let tracked_job = origin.make(|| async_hooks_tokio::spawn_blocking(move || probe.look()));
    let local = |set: &LocalSet, probe: Probe| set.spawn_local(async move { probe.look() });
    let tracked_local = |set: &LocalSet, probe: Probe| set.spawn_local_tracked(async move { probe.look() });
    Some(vec![
        task_row(task),
        TrackingRow::new("async_hooks::tokio::spawn", outcome(tracked_task).await),
        TrackingRow::new("tokio::task::spawn_blocking", outcome(job).await)
            .or_write("write `async_hooks::tokio::spawn_blocking(…)`"),
        TrackingRow::new("async_hooks::tokio::spawn_blocking", outcome(tracked_job).await),
        TrackingRow::new("tokio::task::spawn_local", run_local(origin, local))
            .or_write("write `async_hooks::tokio::spawn_local(…)`"),
        TrackingRow::new("async_hooks::tokio::spawn_local", run_local(origin, tracked_local)),
    ])
}

fn task_row(found: Finding) -> TrackingRow {
    let row = TrackingRow::new("tokio::spawn", Some(found));
    if found.is_tracked && !found.has_value {
        return row.with_remark("detached").write(DETACHED);
    }
    row.or_write(ALL_TASKS[usize::from(automatic())])
}

const DETACHED: &str =
    "`detach_when` of this runtime holds for a task that a dependency spawns; if that is meant, there is no gap";

/// Without the cfg, and with it.
const ALL_TASKS: [&str; 2] = [
    "write `async_hooks::tokio::spawn(…)`; or build with `--cfg tokio_unstable`, and the runtime with `Builder::async_hooks()` or \
     `#[async_hooks::main]`",
    "build the runtime with `Builder::async_hooks()`, or with `#[async_hooks::main]`",
];

/// Spawns on a set of its own, and runs that on this thread.
fn run_local(origin: &ProbeSource, spawn: impl FnOnce(&LocalSet, Probe) -> JoinHandle<Finding>) -> Option<Finding> {
    let set = LocalSet::new();
    let mut task = origin.make(|| spawn(&set, origin.probe()));
    let context = &mut Context::from_waker(Waker::noop());
    let _ = pin!(set).poll(context);
    match Pin::new(&mut task).poll(context) {
        Poll::Ready(found) => found.ok(),
        Poll::Pending => None,
    }
}
