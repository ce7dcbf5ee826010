//! Wrappers on a runtime that tracks its tasks: the wrapper's resource is the only one.

#![cfg(tokio_unstable)]
#![allow(clippy::unwrap_used, reason = "a test that meets the impossible may stop there")]

mod recorder;
#[path = "automatic/runtimes.rs"]
mod runtimes;

use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Sender, channel};

use async_hooks_core::{
    AsyncId, AsyncLocal, AsyncResource, create_hook, execution_async_id, execution_async_resource, trigger_async_id,
};
use async_hooks_tokio::{
    BuilderExt as _, HandleExt as _, JoinSet, LocalSetExt as _, RuntimeHooks, spawn, spawn_blocking, spawn_local,
};
use recorder::Recorder;
use runtimes::steering::yield_times;
use runtimes::{current_thread, local, multi_thread, on_each, on_one_thread};
use tokio::runtime::{Builder, Handle, Runtime};
use tokio::task::LocalSet;

static USER: AsyncLocal<&str> = AsyncLocal::new();

const WHOLE: [&str; 5] = ["init", "before", "resolve", "after", "destroy"];
const BLOCKING: [&str; 4] = ["init", "before", "after", "destroy"];

/// Runs a test as a resource, whose descendants are this test's resources.
fn created_by_each(recorder: &Recorder, create: impl FnOnce()) -> Vec<AsyncId> {
    let spawner = AsyncResource::new("spawner");
    spawner.run_in_async_scope(create);
    recorder.created_by(spawner.async_id())
}

#[test]
fn each_wrapper_makes_the_one_resource_of_its_task() {
    on_one_thread(async || {
        let recorder = Recorder::start();
        let handle = Handle::current();
        let mut set = JoinSet::new();
        let ids = created_by_each(&recorder, || {
            drop(spawn(async {}));
            drop(handle.spawn_tracked(async {}));
            set.spawn(async {});
            set.spawn_on(async {}, &handle);
            set.extend([async {}]);
        });
        set.join_all().await;
        yield_times(2).await;
        assert_eq!(ids.len(), 5);
        for id in ids {
            assert_eq!(recorder.life(id), WHOLE);
        }
    });
}

#[test]
fn each_wrapper_makes_one_resource_on_two_workers_too() {
    let runtime = multi_thread();
    let recorder = Recorder::start();
    runtime.block_on(async {
        let tasks = [(); 100].map(|()| {
            spawn(async {
                yield_times(3).await;
                (execution_async_id(), trigger_async_id())
            })
        });
        for task in tasks {
            let (id, trigger) = task.await.unwrap();
            assert_eq!(trigger, Some(AsyncId::ROOT));
            let life = recorder.life(id);
            assert_eq!(life.iter().filter(|event| **event == "before").count(), 4);
            assert_eq!(life[life.len() - 3..], ["resolve", "after", "destroy"]);
        }
    });
}

#[test]
fn a_blocking_job_is_one_resource() {
    on_each(async || {
        let recorder = Recorder::start();
        let handle = Handle::current();
        let mut set = JoinSet::new();
        let mut jobs = Vec::new();
        let ids = created_by_each(&recorder, || {
            jobs.push(spawn_blocking(|| ()));
            jobs.push(handle.spawn_blocking_tracked(|| ()));
            set.spawn_blocking(|| ());
            set.spawn_blocking_on(|| (), &handle);
        });
        for job in jobs {
            job.await.unwrap();
        }
        set.join_all().await;
        assert_eq!(ids.len(), 4);
        for id in ids {
            assert_eq!(recorder.life(id), BLOCKING);
        }
    });
}

#[test]
fn a_task_of_a_local_set_is_one_resource_when_wrapped() {
    on_each(async || {
        let recorder = Recorder::start();
        let set = LocalSet::new();
        let mut tasks = Vec::new();
        set.run_until(async {
            let ids = created_by_each(&recorder, || {
                tasks.push(spawn_local(async {}));
                tasks.push(set.spawn_local_tracked(async {}));
            });
            for task in tasks {
                task.await.unwrap();
            }
            assert_eq!(ids.len(), 2);
            for id in ids {
                assert_eq!(recorder.life(id), WHOLE);
            }
        })
        .await;
    });
}

#[test]
fn a_local_task_of_a_local_runtime_is_one_resource_wrapped_or_not() {
    let recorder = Recorder::start();
    local().block_on(async {
        let ids = created_by_each(&recorder, || {
            drop(spawn_local(async {}));
            drop(tokio::task::spawn_local(async {}));
        });
        yield_times(4).await;
        let [wrapped, plain] = ids[..] else { panic!("two tasks, not {}", ids.len()) };
        assert_eq!(recorder.life(wrapped), WHOLE);
        assert_eq!(recorder.life(plain), BLOCKING);
    });
}

/// The spawn after this one is nobody's but the runtime's.
fn assert_next_is_tracked(automatic: &Runtime) {
    let next = automatic.spawn(async { execution_async_resource() });
    assert_eq!(automatic.block_on(next).unwrap().kind(), "tokio::task");
}

#[test]
fn a_claim_that_nobody_took_ends_with_its_spawn() {
    let automatic = current_thread();
    let plain = Builder::new_current_thread().build().unwrap();
    let gone = plain.handle().clone();
    plain.block_on(async { drop((spawn(async {}), spawn_blocking(|| ()))) });
    assert_next_is_tracked(&automatic);
    plain.block_on(LocalSet::new().run_until(async { drop(spawn_local(async {})) }));
    assert_next_is_tracked(&automatic);
    drop(plain);
    drop((gone.spawn_tracked(async {}), gone.spawn_blocking_tracked(|| ())));
    assert_next_is_tracked(&automatic);
    assert!(catch_unwind(|| drop(spawn(async {}))).is_err(), "there is no runtime here");
    assert_next_is_tracked(&automatic);
    let mut set = JoinSet::new();
    assert!(catch_unwind(AssertUnwindSafe(|| drop(set.spawn(async {})))).is_err(), "there is no runtime here");
    assert_next_is_tracked(&automatic);
    let _inside = automatic.enter();
    assert!(catch_unwind(|| drop(spawn_local(async {}))).is_err(), "there is no local set here");
    assert_next_is_tracked(&automatic);
}

/// Spawns on another runtime when it is dropped, and tells what that was.
struct SpawnsElsewhere(Handle, Sender<AsyncId>);

impl Drop for SpawnsElsewhere {
    fn drop(&mut self) {
        let told = self.1.clone();
        drop(self.0.spawn(async move { told.send(execution_async_id()).unwrap() }));
    }
}

#[test]
fn what_a_refused_task_spawns_as_it_is_dropped_is_tracked() {
    let automatic = current_thread();
    let (told, ids) = channel();
    let spawns = || SpawnsElsewhere(automatic.handle().clone(), told.clone());
    for gone in [current_thread(), multi_thread(), Builder::new_current_thread().build().unwrap()] {
        let handle = gone.handle().clone();
        drop(gone);
        let (owned, by_job) = (spawns(), spawns());
        drop(handle.spawn_tracked(async move { drop(owned) }));
        drop(handle.spawn_blocking_tracked(move || drop(by_job)));
    }
    automatic.block_on(yield_times(10));
    let ids: Vec<_> = ids.try_iter().collect();
    assert_eq!(ids.len(), 6);
    assert!(!ids.contains(&AsyncId::ROOT));
}

#[test]
fn what_the_programs_own_callback_spawns_is_tracked_by_itself() {
    thread_local! {
        static IS_NESTED: RefCell<bool> = const { RefCell::new(false) };
    }
    let (told, ids) = channel();
    let hooks = RuntimeHooks::new().on_task_spawn(move |_| {
        if !IS_NESTED.replace(true) {
            let told = told.clone();
            drop(tokio::spawn(async move { told.send((execution_async_id(), trigger_async_id())).unwrap() }));
            IS_NESTED.set(false);
        }
    });
    let runtime = Builder::new_current_thread().async_hooks_with(hooks).build().unwrap();
    let (wrapped, plain) = runtime.block_on(async {
        let (wrapped, plain) = (spawn(async { execution_async_id() }), tokio::spawn(async { execution_async_id() }));
        (wrapped.await.unwrap(), plain.await.unwrap())
    });
    runtime.block_on(yield_times(4));
    let ids: Vec<_> = ids.try_iter().collect();
    assert_eq!(ids.len(), 2);
    // Called outside of a wrapped task, and inside of any other.
    assert_eq!((ids[0].1, ids[1].1), (Some(AsyncId::ROOT), Some(plain)));
    assert!(ids.iter().all(|(id, _)| ![AsyncId::ROOT, wrapped, plain].contains(id)));
}

#[test]
fn what_a_hook_spawns_at_init_is_tracked_by_itself_and_unobserved() {
    let recorder = Recorder::start();
    let runtime = current_thread();
    let watched = AsyncResource::new("watched");
    let (only, handle, (told, ids)) = (watched.async_id(), runtime.handle().clone(), channel());
    let hook = create_hook().init(move |resource| {
        if resource.trigger_async_id() == Some(only) {
            let told = told.clone();
            drop(handle.spawn(async move { told.send((execution_async_id(), trigger_async_id())).unwrap() }));
        }
    });
    let _enabled = hook.build().enable_scoped();
    watched.run_in_async_scope(|| drop((runtime.spawn_tracked(async {}), runtime.spawn(async {}))));
    runtime.block_on(yield_times(4));
    let ids: Vec<_> = ids.try_iter().collect();
    assert_eq!(ids.len(), 2);
    for (id, trigger) in ids {
        assert_eq!(trigger, Some(only));
        assert_eq!(recorder.life(id), [""; 0]);
    }
    let created = recorder.created_by(only);
    assert_eq!(created.iter().map(|id| recorder.life(*id)).collect::<Vec<_>>(), [&WHOLE[..], &BLOCKING]);
}

#[test]
fn what_a_wrapped_task_enters_stays_in_it_and_reaches_plain_children() {
    on_each(async || {
        let task = spawn(async {
            USER.enter_with("alice");
            let child = tokio::spawn(async {
                let inherited = USER.get();
                USER.enter_with("bob");
                yield_times(1).await;
                (inherited, USER.get(), trigger_async_id())
            });
            yield_times(1).await;
            (execution_async_id(), child.await.unwrap(), USER.get())
        });
        let (id, child, user) = task.await.unwrap();
        let name = |name| Some(std::sync::Arc::new(name));
        assert_eq!(child, (name("alice"), name("bob"), Some(id)));
        assert_eq!(user, name("alice"));
        assert_eq!(USER.get(), None);
    });
}

#[test]
fn a_plain_task_that_awaits_a_tracked_future_is_two_resources_one_in_the_other() {
    use async_hooks_core::FutureExt as _;
    on_each(async || {
        let task = tokio::spawn(async {
            let outer = execution_async_id();
            let inner = async {
                yield_times(2).await;
                (execution_async_id(), trigger_async_id())
            };
            let (inner, trigger) = inner.in_async_resource("inner").await;
            assert_eq!(execution_async_id(), outer);
            assert_eq!(trigger, Some(outer));
            (outer, inner)
        });
        let (outer, inner) = task.await.unwrap();
        assert_ne!(outer, inner);
    });
}
