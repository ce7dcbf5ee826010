//! The life of a task that nobody wrapped, as hooks see it.

#![cfg(tokio_unstable)]
#![allow(clippy::unwrap_used, reason = "a test that meets the impossible may stop there")]

mod recorder;
#[path = "automatic/runtimes.rs"]
mod runtimes;

use std::cell::RefCell;
use std::future::pending;
use std::sync::mpsc::{Sender, channel};
use std::thread;

use async_hooks_core::{AsyncId, AsyncResource, create_hook, execution_async_id, trigger_async_id};
use recorder::Recorder;
use runtimes::steering::{BusyWorkers, WORKERS, yield_times};
use runtimes::{current_thread, local, multi_thread, on_each, on_one_thread};
use tokio::runtime::{Handle, Runtime};
use tokio::sync::oneshot;
use tokio::task::{JoinHandle, JoinSet};

/// From `init` to `destroy`, with this many polls; on two workers their edges may overlap.
#[track_caller]
fn assert_life(life: &[&str], polls: usize) {
    let (mut begun, mut open) = (0, 0_i32);
    let [first, inner @ .., last] = life else { panic!("{life:?}") };
    assert_eq!((*first, *last), ("init", "destroy"), "{life:?}");
    for event in inner {
        match *event {
            "before" => (begun, open) = (begun + 1, open + 1),
            "after" => open -= 1,
            _ => panic!("{life:?}"),
        }
        assert!(open >= 0, "{life:?}");
    }
    assert_eq!((begun, open), (polls, 0), "{life:?}");
}

/// Of a task on one thread.
fn life_of(polls: usize) -> Vec<&'static str> {
    [&["init"], &["before", "after"].repeat(polls)[..], &["destroy"]].concat()
}

/// Runs the test as a resource, whose descendants are this test's resources.
fn created_by(recorder: &Recorder, spawn: impl FnOnce()) -> Vec<AsyncId> {
    let spawner = AsyncResource::new("spawner");
    spawner.run_in_async_scope(spawn);
    recorder.created_by(spawner.async_id())
}

#[test]
fn a_task_is_entered_for_each_poll_and_sends_no_resolve() {
    on_one_thread(async || {
        let recorder = Recorder::start();
        let task = tokio::spawn(async {
            yield_times(2).await;
            execution_async_id()
        });
        assert_eq!(recorder.life(task.await.unwrap()), life_of(3));
    });
    multi_thread().block_on(async {
        let recorder = Recorder::start();
        for _ in 0..100 {
            let task = tokio::spawn(async {
                yield_times(2).await;
                execution_async_id()
            });
            let id = task.await.unwrap();
            recorder.wait_for_destroy(&[id]);
            assert_life(&recorder.life(id), 3);
        }
    });
}

#[test]
fn init_is_sent_in_the_spawners_scope_before_spawn_returns() {
    on_each(async || {
        let recorder = &Recorder::start();
        let parent = tokio::spawn(async { (execution_async_id(), tokio::spawn(pending::<()>())) });
        let (parent, child) = parent.await.unwrap();
        let [created] = recorder.created_by(parent)[..] else { panic!("one child") };
        let init = recorder.events(created)[0];
        assert_eq!((init.name, init.executing), ("init", parent));
        assert_eq!(init.resource.kind(), "tokio::task");
        child.abort();
    });
    let (recorder, runtime) = (Recorder::start(), current_thread());
    let [created] = created_by(&recorder, || drop(runtime.spawn(pending::<()>())))[..] else { panic!("one task") };
    assert_eq!(recorder.life(created), ["init"]);
}

#[test]
fn before_and_after_are_sent_inside_the_task_and_its_end_outside() {
    on_each(async || {
        let recorder = Recorder::start();
        let id = tokio::spawn(async { execution_async_id() }).await.unwrap();
        recorder.wait_for_destroy(&[id]);
        for event in recorder.events(id) {
            let expected = if ["before", "after"].contains(&event.name) { id } else { AsyncId::ROOT };
            assert_eq!(event.executing, expected, "{}", event.name);
        }
    });
}

/// A pair of events is around the drop: tokio polls an aborted task once more.
#[test]
fn a_task_aborted_before_its_first_poll_is_entered_only_to_be_dropped() {
    for runtime in [current_thread(), multi_thread()] {
        let recorder = Recorder::start();
        let mut task = None;
        let busy = (runtime.metrics().num_workers() == WORKERS).then(|| BusyWorkers::on(&runtime));
        let ids = created_by(&recorder, || task = Some(runtime.spawn(pending::<()>())));
        let task = task.unwrap();
        task.abort();
        if let Some(busy) = busy {
            busy.let_go();
        }
        assert!(runtime.block_on(task).unwrap_err().is_cancelled());
        recorder.wait_for_destroy(&ids);
        assert_eq!(recorder.life(ids[0]), life_of(1));
    }
}

#[test]
fn a_task_aborted_while_it_waits_is_entered_once_more() {
    on_each(async || {
        let recorder = Recorder::start();
        let (polled, has_polled) = oneshot::channel();
        let task = tokio::spawn(async {
            polled.send(execution_async_id()).unwrap();
            pending::<()>().await;
        });
        let id = has_polled.await.unwrap();
        // Else the abort might come while the first poll is open, which then sees to it itself.
        while !recorder.life(id).contains(&"after") {
            thread::yield_now();
        }
        task.abort();
        assert!(task.await.unwrap_err().is_cancelled());
        recorder.wait_for_destroy(&[id]);
        assert_life(&recorder.life(id), 2);
    });
}

#[test]
fn a_task_that_has_ended_ignores_an_abort() {
    on_each(async || {
        let recorder = Recorder::start();
        let (told, id) = oneshot::channel();
        let task = tokio::spawn(async { told.send(execution_async_id()).unwrap() });
        let id = id.await.unwrap();
        recorder.wait_for_destroy(&[id]);
        task.abort();
        task.await.unwrap();
        yield_times(2).await;
        assert_eq!(recorder.life(id), life_of(1));
    });
}

#[test]
fn a_task_that_panics_is_left_and_destroyed() {
    on_each(async || {
        let recorder = Recorder::start();
        let (told, id) = channel();
        let task: JoinHandle<()> = tokio::spawn(async move {
            yield_times(1).await;
            told.send(execution_async_id()).unwrap();
            std::panic::resume_unwind(Box::new("payload"));
        });
        assert!(task.await.unwrap_err().is_panic());
        let id = id.recv().unwrap();
        recorder.wait_for_destroy(&[id]);
        assert_life(&recorder.life(id), 2);
        assert_eq!(execution_async_id(), AsyncId::ROOT);
    });
}

#[test]
fn a_task_whose_handle_is_dropped_lives_on() {
    on_each(async || {
        let recorder = Recorder::start();
        let (go, gone) = oneshot::channel::<()>();
        let (told, id) = oneshot::channel();
        drop(tokio::spawn(async {
            let _ = gone.await;
            told.send(execution_async_id()).unwrap();
        }));
        drop(go);
        let id = id.await.unwrap();
        yield_times(2).await;
        recorder.wait_for_destroy(&[id]);
        assert_eq!(recorder.life(id).first(), Some(&"init"));
    });
}

#[test]
fn each_task_of_a_set_that_is_joined_aborted_shut_down_or_dropped_is_destroyed_once() {
    for runtime in [current_thread(), multi_thread()] {
        let recorder = Recorder::start();
        let mut ids = Vec::new();
        let mut set_of = |spawn: fn(&mut JoinSet<()>)| {
            let mut set = JoinSet::new();
            let _inside = runtime.enter();
            ids.extend(created_by(&recorder, || (0..10).for_each(|_| spawn(&mut set))));
            set
        };
        let ready = set_of(|set| drop(set.spawn(async {})));
        let pending_set = |set: &mut JoinSet<()>| drop(set.spawn(pending()));
        let (mut aborted, dropped, mut shut_down) = (set_of(pending_set), set_of(pending_set), set_of(pending_set));
        runtime.block_on(async {
            assert_eq!(ready.join_all().await.len(), 10);
            aborted.abort_all();
            while aborted.join_next().await.is_some() {}
            drop(dropped);
            shut_down.shutdown().await;
            yield_times(2).await;
        });
        recorder.wait_for_destroy(&ids);
        assert_eq!(ids.len(), 40);
        for id in ids {
            let life = recorder.life(id);
            let polls = life.iter().filter(|event| **event == "before").count();
            assert_life(&life, polls);
        }
    }
}

#[test]
fn what_a_hook_spawns_reaches_no_hook_nor_do_its_descendants() {
    on_each(async || {
        let recorder = Recorder::start();
        let (told, spawned) = channel();
        let watched = AsyncResource::new("watched");
        let only = watched.async_id();
        let hook = create_hook().destroy(move |resource| {
            if resource.async_id() == only {
                let family = async {
                    let child = tokio::spawn(async { execution_async_id() });
                    yield_times(1).await;
                    (execution_async_id(), child.await.unwrap())
                };
                told.send(tokio::spawn(family)).unwrap();
            }
        });
        let _enabled = hook.build().enable_scoped();
        drop(watched);
        let (parent, child) = spawned.recv().unwrap().await.unwrap();
        yield_times(2).await;
        assert_ne!(parent, child);
        for id in [parent, child] {
            assert_ne!(id, AsyncId::ROOT);
            assert_eq!(recorder.life(id), [""; 0]);
        }
    });
}

#[test]
fn a_task_spawned_from_a_foreign_thread_is_triggered_by_what_executes_there() {
    for runtime in [current_thread(), multi_thread()] {
        let recorder = Recorder::start();
        let handle = runtime.handle().clone();
        let foreign = thread::spawn(move || {
            let resource = AsyncResource::new("foreign");
            let ids = || async { (execution_async_id(), trigger_async_id()) };
            let task = resource.run_in_async_scope(|| handle.spawn(ids()));
            (resource.async_id(), task, handle.spawn(ids()))
        });
        let (resource, by_resource, by_root) = foreign.join().unwrap();
        for (task, expected) in [(by_resource, resource), (by_root, AsyncId::ROOT)] {
            let (id, trigger) = runtime.block_on(task).unwrap();
            recorder.wait_for_destroy(&[id]);
            assert_eq!(trigger, Some(expected));
            assert_life(&recorder.life(id), 1);
        }
    }
}

/// Spawns when it is dropped, and tells what came of it.
struct Spawns(Handle, Sender<(AsyncId, Option<AsyncId>)>);

impl Drop for Spawns {
    fn drop(&mut self) {
        let told = self.1.clone();
        drop(self.0.spawn(async move { told.send((execution_async_id(), trigger_async_id())).unwrap() }));
    }
}

#[test]
fn a_task_spawned_by_what_an_aborted_task_owned_is_triggered_by_that() {
    on_each(async || {
        let (told, ids) = channel();
        let (polled, has_polled) = oneshot::channel();
        let owned = Spawns(Handle::current(), told);
        let task: JoinHandle<()> = tokio::spawn(async move {
            let _owned = owned;
            polled.send(execution_async_id()).unwrap();
            pending().await
        });
        let id = has_polled.await.unwrap();
        task.abort();
        assert!(task.await.unwrap_err().is_cancelled());
        let (_, trigger) = tokio::task::spawn_blocking(move || ids.recv()).await.unwrap().unwrap();
        assert_eq!(trigger, Some(id));
    });
}

#[test]
fn a_task_spawned_by_a_thread_local_destructor_lives_like_any_other() {
    thread_local! {
        static AT_END: RefCell<Option<Spawns>> = const { RefCell::new(None) };
    }
    for runtime in [current_thread(), multi_thread()] {
        let recorder = Recorder::start();
        let (told, ids) = channel();
        let spawns = Spawns(runtime.handle().clone(), told);
        thread::spawn(move || AT_END.set(Some(spawns))).join().unwrap();
        runtime.block_on(yield_times(2));
        let (id, trigger) = ids.recv().unwrap();
        assert_eq!(trigger, Some(AsyncId::ROOT));
        recorder.wait_for_destroy(&[id]);
        assert_life(&recorder.life(id), 1);
    }
}

#[test]
fn a_runtime_in_a_thread_local_takes_its_tasks_with_it() {
    thread_local! {
        static RUNTIME: RefCell<Option<Runtime>> = const { RefCell::new(None) };
    }
    let recorder = Recorder::start();
    let (told, created) = channel();
    let spawning = thread::spawn(move || {
        let runtime = current_thread();
        let spawner = AsyncResource::new("spawner");
        spawner.run_in_async_scope(|| drop(runtime.spawn(pending::<()>())));
        runtime.block_on(yield_times(1));
        spawner.run_in_async_scope(|| drop(runtime.spawn(pending::<()>())));
        told.send(spawner.async_id()).unwrap();
        RUNTIME.set(Some(runtime));
    });
    spawning.join().unwrap();
    let ids = recorder.created_by(created.recv().unwrap());
    assert_eq!(ids.iter().map(|id| recorder.life(*id)).collect::<Vec<_>>(), [life_of(1), life_of(0)]);
}

#[test]
fn a_task_spawned_by_a_task_of_another_runtime_is_triggered_by_that() {
    let recorder = Recorder::start();
    let (one, other, of_one_thread) = (multi_thread(), multi_thread(), local());
    let spawning = || {
        let handle = other.handle().clone();
        async move {
            let task = handle.spawn(async { (execution_async_id(), trigger_async_id()) });
            (execution_async_id(), task.await.unwrap())
        }
    };
    let in_task = async { tokio::spawn(spawning()).await.unwrap() };
    for (outer, (inner, trigger)) in [one.block_on(in_task), of_one_thread.block_on(spawning())] {
        assert_eq!(trigger, Some(outer));
        recorder.wait_for_destroy(&[inner]);
        assert_life(&recorder.life(inner), 1);
    }
}
