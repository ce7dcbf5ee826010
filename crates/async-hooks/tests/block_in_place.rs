//! A section that blocks in place is no blocked poll, and nor is the task around it.

#![allow(clippy::unwrap_used, reason = "a test that meets the impossible may stop there")]

use std::sync::mpsc;
use std::time::Duration;

use async_hooks::diagnostics::{BlockedPoll, BlockedPolls};
use async_hooks::execution_async_id;
use async_hooks::tokio::{block_in_place, spawn};
use tokio::sync::oneshot;

/// Longer than a busy machine holds up the poll around the section.
const LIMIT: Duration = Duration::from_secs(1);
const PATIENCE: Duration = Duration::from_secs(30);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn blocking_in_place_is_not_reported_and_blocking_beside_it_is() {
    let (told, reports) = mpsc::channel();
    let tell = move |poll: &BlockedPoll| told.send(poll.clone()).unwrap_or_default();
    let _blocked = BlockedPolls::builder().longer_than(LIMIT).on_blocked(tell).build().enable_scoped();

    let (inside, is_inside) = oneshot::channel();
    let (release, released) = mpsc::channel::<()>();
    let in_place = spawn(async move {
        block_in_place(|| {
            inside.send(()).unwrap();
            released.recv().unwrap();
        });
        execution_async_id()
    });
    // Blocks from a moment on at which the other one blocks already, until the watchdog has reported it.
    let beside = spawn(async move {
        is_inside.await.unwrap();
        let report = reports.recv_timeout(PATIENCE).unwrap();
        assert_eq!(report.async_id(), execution_async_id());
        release.send(()).unwrap();
        reports
    });
    let reports = beside.await.unwrap();
    let in_place = in_place.await.unwrap();
    assert!(reports.try_iter().all(|poll| poll.async_id() != in_place));
}
