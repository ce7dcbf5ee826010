//! The runtimes a scenario is run on: one thread with paused time, and two workers.

use std::future::Future;
use std::sync::mpsc;
use std::time::Duration;

use tokio::runtime::{Builder, Handle, Runtime, RuntimeFlavor};

/// Runs the scenario to its end on each kind of runtime, in turn, outside any resource.
pub(crate) fn on_each_runtime<F: Future<Output = ()>>(scenario: impl Fn() -> F) {
    for (name, runtime) in [("one thread", one_thread()), ("two workers", two_workers())] {
        // Shown with a failure: which of the two it was.
        println!("on {name}");
        runtime.block_on(scenario());
    }
}

/// Time is paused: it advances by itself when there is nothing else to do.
pub(crate) fn one_thread() -> Runtime {
    Builder::new_current_thread().enable_all().start_paused(true).build().expect("a runtime")
}

pub(crate) fn two_workers() -> Runtime {
    workers(2)
}

pub(crate) fn workers(count: usize) -> Runtime {
    Builder::new_multi_thread().worker_threads(count).enable_all().build().expect("a runtime")
}

/// Lets that many milliseconds pass where time is paused.
///
/// Several workers have no paused time, and real time is not to be waited for; there the task goes to the end of the
/// queue as many times.
pub(crate) async fn elapse(milliseconds: u64) {
    if Handle::current().runtime_flavor() == RuntimeFlavor::CurrentThread {
        return tokio::time::sleep(Duration::from_millis(milliseconds)).await;
    }
    for _ in 0..milliseconds {
        tokio::task::yield_now().await;
    }
}

/// Keeps every worker busy until it is dropped, so that spawned tasks are not polled.
///
/// Where there is but one thread, that is busy for as long as the scenario does not await.
pub(crate) struct Stalled(#[expect(dead_code, reason = "dropping it is the release")] Vec<mpsc::Sender<()>>);

pub(crate) async fn stall_workers() -> Stalled {
    let handle = Handle::current();
    let workers = match handle.runtime_flavor() {
        RuntimeFlavor::CurrentThread => 0,
        _ => handle.metrics().num_workers(),
    };
    let (arrive, mut arrived) = tokio::sync::mpsc::unbounded_channel();
    let mut releases = Vec::new();
    for _ in 0..workers {
        let (release, released) = mpsc::channel::<()>();
        let arrive = arrive.clone();
        handle.spawn(async move {
            let _ = arrive.send(());
            let _ = released.recv();
        });
        releases.push(release);
    }
    for _ in 0..workers {
        arrived.recv().await;
    }
    Stalled(releases)
}
