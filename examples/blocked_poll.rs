//! A task that blocks its worker thread is reported while it still blocks.
//!
//! The report has the line that spawned the task. A second report has the duration, once the poll has ended. So even a
//! deadlock is reported.
//!
//! ```text
//! tokio::task 3 at examples/blocked_poll.rs:35:46 is blocking thread tokio-rt-worker for 10 ms and counting ← request…
//! tokio::task 3 at examples/blocked_poll.rs:35:46 blocked thread tokio-rt-worker for 13 ms ← request 2 at examples/bl…
//! ```
//!
//! Node: the `blocked-at` package tells where the event loop was blocked, once it is not any more.

use std::error::Error;
use std::sync::mpsc;
use std::time::Duration;

use async_hooks::diagnostics::{BlockedPoll, BlockedPolls};
use async_hooks::tokio::spawn;
use async_hooks::{AsyncResource, FutureExt as _};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let limit = Duration::from_millis(10);
    let (told, reports) = mpsc::channel();
    let tell = move |poll: &BlockedPoll| {
        println!("{poll}");
        let _ = told.send(poll.clone());
    };
    let blocked = BlockedPolls::builder().longer_than(limit).on_blocked(tell).build();
    blocked.enable();

    let (unlock, locked) = mpsc::channel();
    let request = AsyncResource::new("request");
    let spawned_at = line!() + 1;
    let task = request.run_in_async_scope(|| spawn(async move { locked.recv() }));

    // A channel of the standard library does not await: it blocks, and would for ever.
    let running = reports.recv()?;
    assert!(running.is_running() && running.duration() >= limit);
    assert_eq!(running.resource().map(|task| task.location().line()), Some(spawned_at));
    assert_eq!(running.chain(), [request.resource()]);

    unlock.send("go on")?;
    assert_eq!(task.await??, "go on");
    let ended = reports.recv()?;
    assert!(!ended.is_running() && ended.duration() >= running.duration());

    // A task that awaits as long is not reported: it leaves the thread to others.
    spawn(tokio::time::sleep(2 * limit).in_async_resource("patient")).await?;
    let patient = |poll: &BlockedPoll| poll.resource().is_some_and(|resource| resource.kind() == "patient");
    assert!(!reports.try_iter().any(|poll| patient(&poll)));
    Ok(())
}
