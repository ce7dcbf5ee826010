//! The life of a task, as hooks see it.

#![allow(clippy::unwrap_used, reason = "a test that meets the impossible may stop there")]

mod recorder;
mod runtimes;

use std::future::pending;
use std::sync::mpsc::channel;

use async_hooks_core::{AsyncId, create_hook, execution_async_id, trigger_async_id};
use async_hooks_tokio::{HandleExt as _, JoinSet, LocalSetExt as _, spawn, spawn_blocking, spawn_local};
use recorder::Recorder;
use runtimes::steering::{BusyWorkers, yield_times};
use runtimes::{current_thread, multi_thread, on_each_runtime};
use tokio::sync::oneshot;
use tokio::task::LocalSet;

#[test]
fn a_task_is_entered_for_each_poll_and_resolves_in_the_last() {
    on_each_runtime(async || {
        let recorder = Recorder::start();
        let task = spawn(async {
            yield_times(2).await;
            execution_async_id()
        });
        let id = task.await.unwrap();
        let polls = ["before", "after", "before", "after", "before", "resolve", "after"];
        assert_eq!(recorder.life(id), [&["init"], &polls[..], &["destroy"]].concat());
    });
}

#[test]
fn init_is_sent_in_the_spawners_scope_before_spawn_returns() {
    on_each_runtime(async || {
        let recorder = &Recorder::start();
        let parent = spawn(async { (execution_async_id(), spawn(pending::<()>())) });
        let (parent, child) = parent.await.unwrap();
        let [created] = recorder.created_by(parent)[..] else { panic!("one child") };
        let init = recorder.events(created)[0];
        assert_eq!((init.name, init.executing), ("init", parent));

        // No poll can have happened here: the runtime's only thread is this one.
        let runtime = current_thread();
        let resource = async_hooks_core::AsyncResource::new("spawner");
        let _task = resource.run_in_async_scope(|| runtime.spawn_tracked(pending::<()>()));
        let [created] = recorder.created_by(resource.async_id())[..] else { panic!("one task") };
        assert_eq!(recorder.life(created), ["init"]);
        drop(child);
        std::thread::spawn(move || drop(runtime)).join().unwrap();
    });
}

#[test]
fn every_event_but_init_and_destroy_is_sent_inside_the_task() {
    on_each_runtime(async || {
        let recorder = Recorder::start();
        let id = spawn(async { execution_async_id() }).await.unwrap();
        for event in recorder.events(id) {
            let is_inside = !matches!(event.name, "init" | "destroy");
            assert_eq!(event.executing == id, is_inside, "{}", event.name);
        }
    });
}

#[test]
fn destroy_is_sent_before_the_joining_task_continues() {
    on_each_runtime(async || {
        let recorder = Recorder::start();
        for _ in 0..100 {
            let task = spawn(async { execution_async_id() });
            let life = recorder.life(task.await.unwrap());
            assert_eq!(life.last(), Some(&"destroy"));
        }
    });
}

#[test]
fn a_task_aborted_before_its_first_poll_is_only_created_and_destroyed() {
    let recorder = Recorder::start();
    let runtime = current_thread();
    let (task, id) = aborted(&recorder, &runtime);
    assert!(runtime.block_on(task).unwrap_err().is_cancelled());
    assert_eq!(recorder.life(id), ["init", "destroy"]);

    let runtime = multi_thread();
    let busy = BusyWorkers::on(&runtime);
    let (task, id) = aborted(&recorder, &runtime);
    busy.let_go();
    assert!(runtime.block_on(task).unwrap_err().is_cancelled());
    assert_eq!(recorder.life(id), ["init", "destroy"]);
}

fn aborted(recorder: &Recorder, runtime: &tokio::runtime::Runtime) -> (tokio::task::JoinHandle<()>, AsyncId) {
    let spawner = async_hooks_core::AsyncResource::new("spawner");
    let task = spawner.run_in_async_scope(|| runtime.spawn_tracked(async {}));
    task.abort();
    (task, recorder.created_by(spawner.async_id())[0])
}

#[test]
fn a_task_aborted_while_it_waits_is_destroyed_unresolved() {
    on_each_runtime(async || {
        let recorder = Recorder::start();
        let (polled, has_polled) = oneshot::channel();
        let task = spawn(async {
            polled.send(execution_async_id()).unwrap();
            pending::<()>().await
        });
        let id = has_polled.await.unwrap();
        task.abort();
        assert!(task.await.unwrap_err().is_cancelled());
        assert_eq!(recorder.life(id), ["init", "before", "after", "destroy"]);
    });
}

#[test]
fn a_task_that_panics_is_left_and_destroyed_unresolved() {
    on_each_runtime(async || {
        let recorder = Recorder::start();
        let (sender, receiver) = channel();
        let task = spawn(async move {
            sender.send(execution_async_id()).unwrap();
            std::panic::resume_unwind(Box::new("payload"));
        });
        let joined: Result<(), _> = task.await;
        assert!(joined.unwrap_err().is_panic());
        assert_eq!(recorder.life(receiver.recv().unwrap()), ["init", "before", "after", "destroy"]);
    });
}

#[test]
fn a_task_whose_handle_is_dropped_lives_on() {
    on_each_runtime(async || {
        let recorder = Recorder::start();
        let (go, gone) = oneshot::channel::<()>();
        let (sender, receiver) = oneshot::channel();
        drop(spawn(async {
            let _ = gone.await;
            sender.send(execution_async_id()).unwrap();
        }));
        drop(go);
        let id = receiver.await.unwrap();
        tokio::task::spawn_blocking(move || {
            recorder.wait_for_destroy(&[id]);
            assert!(recorder.life(id).contains(&"resolve"));
        })
        .await
        .unwrap();
    });
}

#[test]
fn a_local_task_lives_like_any_other() {
    on_each_runtime(async || {
        let recorder = Recorder::start();
        let local = LocalSet::new();
        let inside = local.run_until(async { spawn_local(async { execution_async_id() }).await.unwrap() });
        let outside = local.spawn_local_tracked(async { execution_async_id() });
        let life = ["init", "before", "resolve", "after", "destroy"];
        assert_eq!(recorder.life(inside.await), life);
        assert_eq!(recorder.life(local.run_until(outside).await.unwrap()), life);
    });
}

#[test]
fn tasks_of_a_dropped_local_set_are_destroyed_unresolved() {
    on_each_runtime(async || {
        let recorder = Recorder::start();
        let local = LocalSet::new();
        let spawner = async_hooks_core::AsyncResource::new("spawner");
        spawner.run_in_async_scope(|| drop(local.spawn_local_tracked(pending::<()>())));
        let [id] = recorder.created_by(spawner.async_id())[..] else { panic!("one task") };
        drop(local);
        assert_eq!(recorder.life(id), ["init", "destroy"]);
    });
}

#[test]
fn a_blocking_job_is_a_callback_and_does_not_resolve() {
    on_each_runtime(async || {
        let recorder = Recorder::start();
        let id = spawn_blocking(execution_async_id).await.unwrap();
        assert_eq!(recorder.life(id), ["init", "before", "after", "destroy"]);

        let (sender, receiver) = channel();
        let job = spawn_blocking(move || {
            sender.send(execution_async_id()).unwrap();
            std::panic::resume_unwind(Box::new("payload"));
        });
        let joined: Result<(), _> = job.await;
        assert!(joined.unwrap_err().is_panic());
        assert_eq!(recorder.life(receiver.recv().unwrap()), ["init", "before", "after", "destroy"]);
    });
}

#[test]
fn a_blocking_job_aborted_before_it_ran_is_only_created_and_destroyed() {
    let recorder = Recorder::start();
    let runtime = tokio::runtime::Builder::new_current_thread().max_blocking_threads(1).build().unwrap();
    let (go, gone) = channel::<()>();
    let running = runtime.spawn_blocking(move || gone.recv());
    let spawner = async_hooks_core::AsyncResource::new("spawner");
    let waiting = spawner.run_in_async_scope(|| runtime.spawn_blocking_tracked(|| ()));
    waiting.abort();
    drop(go);
    runtime.block_on(async {
        assert!(running.await.unwrap().is_err());
        assert!(waiting.await.unwrap_err().is_cancelled());
    });
    let [id] = recorder.created_by(spawner.async_id())[..] else { panic!("one job") };
    assert_eq!(recorder.life(id), ["init", "destroy"]);
}

#[test]
fn aborted_sets_and_dropped_sets_destroy_their_tasks_unresolved() {
    on_each_runtime(async || {
        let recorder = Recorder::start();
        let spawner = async_hooks_core::AsyncResource::new("spawner");
        let pending_set = || {
            let mut set = JoinSet::new();
            spawner.run_in_async_scope(|| set.extend((0..10).map(|_| pending::<()>())));
            set
        };
        let mut aborted = pending_set();
        aborted.abort_all();
        while aborted.join_next().await.is_some() {}
        drop(pending_set());
        let mut shut_down = pending_set();
        shut_down.shutdown().await;

        let ids = recorder.created_by(spawner.async_id());
        assert_eq!(ids.len(), 30);
        let ended = tokio::task::spawn_blocking(move || {
            recorder.wait_for_destroy(&ids);
            ids.iter().all(|id| {
                let life = recorder.life(*id);
                !life.contains(&"resolve") && life.iter().filter(|event| **event == "destroy").count() == 1
            })
        });
        assert!(ended.await.unwrap());
    });
}

#[test]
fn joined_tasks_of_a_set_have_resolved_and_are_destroyed() {
    on_each_runtime(async || {
        let recorder = Recorder::start();
        let set: JoinSet<_> = (0..10).map(|_| async { execution_async_id() }).collect();
        for id in set.join_all().await {
            assert_eq!(recorder.life(id), ["init", "before", "resolve", "after", "destroy"]);
        }
    });
}

#[test]
fn a_task_spawned_by_a_hook_reaches_no_hook() {
    on_each_runtime(async || {
        let recorder = Recorder::start();
        let (sender, spawned) = channel();
        let watched = async_hooks_core::AsyncResource::new("watched");
        let only = watched.async_id();
        let hook = create_hook().destroy(move |resource| {
            if resource.async_id() == only {
                sender.send(spawn(async { (execution_async_id(), trigger_async_id()) })).unwrap();
            }
        });
        let _enabled = hook.build().enable_scoped();
        drop(watched);
        let (id, trigger) = spawned.recv().unwrap().await.unwrap();
        assert_eq!(trigger, Some(AsyncId::ROOT));
        assert_eq!(recorder.life(id), [""; 0]);
    });
}
