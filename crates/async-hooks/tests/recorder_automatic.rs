//! Recordings of programs whose tasks nobody wrapped.
//!
//! Needs `--cfg tokio_unstable`: without it tokio tells nothing. One test, since the subscriber is the process's.

#![cfg(tokio_unstable)]
#![allow(clippy::unwrap_used, reason = "a test that meets the impossible may stop there")]

use std::sync::Arc;
use std::time::Duration;

use async_hooks::prelude::*;
use async_hooks::recorder::{FlightRecorder, Recording, State, WaitingFor};
use async_hooks::tokio::RuntimeHooks;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::Mutex;
use tracing_subscriber::prelude::*;

fn runtimes() -> [Runtime; 2] {
    let hooks = || RuntimeHooks::new().driver_wakes();
    [
        Builder::new_current_thread().enable_all().async_hooks_with(hooks()).build().unwrap(),
        Builder::new_multi_thread().worker_threads(2).enable_all().async_hooks_with(hooks()).build().unwrap(),
    ]
}

fn record<T, F: Future<Output = T>>(program: impl Fn() -> F) -> Vec<(Recording, T)> {
    let run = |runtime: Runtime| {
        let recorder = FlightRecorder::builder().build();
        recorder.enable();
        let result = runtime.block_on(program());
        (recorder.recording(), result)
    };
    runtimes().into_iter().map(run).collect()
}

/// For whom a resource waited at all.
fn waited_for(recording: &Recording, id: AsyncId) -> Vec<WaitingFor> {
    let path = recording.critical_path(id);
    let for_whom = |state: &State| match state {
        State::Waiting { for_whom, .. } => Some(*for_whom),
        _ => None,
    };
    path.segments().iter().filter_map(|segment| for_whom(segment.state())).collect()
}

/// tokio's own spans report timers and locks.
#[test]
fn recordings_of_plain_tasks_name_timers_holders_and_joined_tasks_and_are_whole() {
    tracing::subscriber::set_global_default(tracing_subscriber::registry().with(async_hooks::tracing::layer()))
        .unwrap();
    timers_and_the_holders_of_locks_are_named();
    a_joined_task_is_named();
    each_chain_of_triggers_ends_at_the_root();
}

fn timers_and_the_holders_of_locks_are_named() {
    let program = || async {
        let sleeper = tokio::spawn(async {
            tokio::time::sleep(Duration::from_millis(5)).await;
            execution_async_id()
        });
        let lock = Arc::new(Mutex::new(()));
        let held = Arc::clone(&lock).lock_owned().await;
        let holder = tokio::spawn(async move {
            tokio::time::sleep(Duration::from_millis(5)).await;
            drop(held);
            execution_async_id()
        });
        let waiter = tokio::spawn(async move {
            let _entered = lock.lock().await;
            execution_async_id()
        });
        (sleeper.await.unwrap(), holder.await.unwrap(), waiter.await.unwrap())
    };
    let mut timers = 0;
    for (recording, (sleeper, holder, waiter)) in record(program) {
        assert!(
            waited_for(&recording, waiter).contains(&WaitingFor::Resource(holder)),
            "{}",
            recording.critical_path(waiter)
        );
        timers += waited_for(&recording, sleeper).iter().filter(|for_whom| **for_whom == WaitingFor::Timer).count();
    }
    // A busy runtime looks after its timers without parking, and then it is the root that wakes.
    assert!(timers > 0);
}

fn a_joined_task_is_named() {
    let program = || async {
        let joiner = tokio::spawn(async {
            let joined = tokio::spawn(async {
                tokio::time::sleep(Duration::from_millis(5)).await;
                execution_async_id()
            });
            (joined.await.unwrap(), execution_async_id())
        });
        joiner.await.unwrap()
    };
    for (recording, (joined, joiner)) in record(program) {
        let path = recording.critical_path(joiner);
        assert!(waited_for(&recording, joiner).contains(&WaitingFor::Resource(joined)), "{path}");
    }
}

fn each_chain_of_triggers_ends_at_the_root() {
    let program = || async {
        let tree = tokio::spawn(async {
            for _ in 0..10 {
                let child = tokio::spawn(async { tokio::spawn(tokio::task::yield_now()).await.unwrap() });
                child.await.unwrap();
            }
            execution_async_id()
        });
        tree.await.unwrap()
    };
    for (recording, tree) in record(program) {
        let tasks = Vec::from_iter(recording.descendants(tree).filter(|life| life.kind() == "tokio::task"));
        assert_eq!(tasks.len(), 21);
        for task in tasks {
            let trigger = |id: &AsyncId| recording.lifetime(*id).and_then(|life| life.trigger_async_id());
            let chain = Vec::from_iter(std::iter::successors(Some(task.async_id()), trigger));
            assert!(chain.contains(&tree) && chain.last() == Some(&AsyncId::ROOT), "{chain:?}");
        }
    }
}
