//! A runtime that goes takes its tasks with it, and their resources end well.

#![allow(clippy::unwrap_used, reason = "a test that meets the impossible may stop there")]

mod recorder;
mod runtimes;

use std::future::pending;
use std::sync::mpsc::channel;
use std::time::Duration;

use async_hooks_core::{AsyncId, AsyncResource};
use async_hooks_tokio::HandleExt as _;
use recorder::Recorder;
use runtimes::{current_thread, multi_thread};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::oneshot;

/// A hundred tasks that wait for ever: some polled already, some not.
fn pending_tasks(recorder: &Recorder, runtime: &Runtime) -> Vec<AsyncId> {
    let spawner = AsyncResource::new("spawner");
    let (polled, has_polled) = oneshot::channel::<()>();
    spawner.run_in_async_scope(|| {
        for _ in 0..50 {
            drop(runtime.spawn_tracked(pending::<()>()));
        }
    });
    drop(runtime.spawn(async { drop(polled) }));
    assert!(runtime.block_on(has_polled).is_err());
    spawner.run_in_async_scope(|| {
        for _ in 0..50 {
            drop(runtime.spawn_tracked(pending::<()>()));
        }
    });
    recorder.created_by(spawner.async_id())
}

fn assert_each_is_destroyed_once_and_last(recorder: &Recorder, ids: &[AsyncId]) {
    assert_eq!(ids.len(), 100);
    for id in ids {
        let life = recorder.life(*id);
        assert_eq!((life.first(), life.last()), (Some(&"init"), Some(&"destroy")));
        let count = |name| life.iter().filter(|event| **event == name).count();
        assert_eq!((count("init"), count("destroy"), count("resolve")), (1, 1, 0));
        assert_eq!(count("before"), count("after"));
    }
}

#[test]
fn each_pending_task_of_a_dropped_runtime_is_destroyed_once() {
    for runtime in [current_thread(), multi_thread()] {
        let recorder = Recorder::start();
        let ids = pending_tasks(&recorder, &runtime);
        drop(runtime);
        assert_each_is_destroyed_once_and_last(&recorder, &ids);
    }
}

#[test]
fn each_pending_task_of_a_runtime_shut_down_with_a_timeout_is_destroyed_once() {
    for runtime in [current_thread(), multi_thread()] {
        let recorder = Recorder::start();
        let ids = pending_tasks(&recorder, &runtime);
        runtime.shutdown_timeout(Duration::from_secs(60));
        assert_each_is_destroyed_once_and_last(&recorder, &ids);
    }
}

#[test]
fn each_pending_task_of_a_runtime_shut_down_in_the_background_is_destroyed_once() {
    for runtime in [current_thread(), multi_thread()] {
        let recorder = Recorder::start();
        let ids = pending_tasks(&recorder, &runtime);
        runtime.shutdown_background();
        recorder.wait_for_destroy(&ids);
        assert_each_is_destroyed_once_and_last(&recorder, &ids);
    }
}

#[test]
fn a_task_spawned_on_a_runtime_that_is_gone_is_only_created_and_destroyed() {
    for runtime in [current_thread(), multi_thread()] {
        let recorder = Recorder::start();
        let handle = runtime.handle().clone();
        drop(runtime);
        let spawner = AsyncResource::new("spawner");
        spawner.run_in_async_scope(|| {
            drop(handle.spawn_tracked(async {}));
            drop(handle.spawn_blocking_tracked(|| ()));
        });
        let ids = recorder.created_by(spawner.async_id());
        assert_eq!(ids.len(), 2);
        for id in ids {
            assert_eq!(recorder.life(id), ["init", "destroy"]);
        }
    }
}

/// Which of the two is tokio's choice.
#[test]
fn blocking_jobs_in_the_queue_of_a_runtime_shut_down_run_whole_or_not_at_all() {
    let recorder = Recorder::start();
    let runtime = Builder::new_current_thread().max_blocking_threads(1).build().unwrap();
    let (go, gone) = channel::<()>();
    let (started, has_started) = channel();
    runtime.spawn_blocking(move || {
        started.send(()).unwrap();
        gone.recv()
    });
    has_started.recv().unwrap();
    let spawner = AsyncResource::new("spawner");
    spawner.run_in_async_scope(|| {
        for _ in 0..10 {
            drop(runtime.spawn_blocking_tracked(|| ()));
        }
    });
    let ids = recorder.created_by(spawner.async_id());
    assert_eq!(ids.len(), 10);
    runtime.shutdown_background();
    drop(go);
    recorder.wait_for_destroy(&ids);
    for id in ids {
        let life = recorder.life(id);
        assert!([&["init", "before", "after", "destroy"][..], &["init", "destroy"]].contains(&&life[..]), "{life:?}");
    }
}
