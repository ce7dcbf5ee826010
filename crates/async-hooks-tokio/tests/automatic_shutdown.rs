//! A runtime that goes takes its tasks with it: those that nobody wrapped as well.

#![cfg(tokio_unstable)]
#![allow(clippy::unwrap_used, reason = "a test that meets the impossible may stop there")]

mod recorder;
#[path = "automatic/runtimes.rs"]
mod runtimes;

use std::future::pending;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Barrier, Mutex};
use std::thread;
use std::time::Duration;

use async_hooks_core::{AsyncId, AsyncLocal, AsyncResource, EnabledHook, Resource, create_hook, execution_async_id};
use recorder::Recorder;
use runtimes::{current_thread, local, multi_thread};
use tokio::runtime::{Handle, Runtime};
use tokio::sync::oneshot;

static USER: AsyncLocal<String> = AsyncLocal::new();

/// A hundred tasks that wait for ever: some polled already, some not.
///
/// Each has a value, and an inner one of its own.
fn pending_tasks(recorder: &Recorder, handle: &Handle, run: impl FnOnce(oneshot::Receiver<()>)) -> Pending {
    let spawner = AsyncResource::new("spawner");
    let user = Arc::new("alice".to_owned());
    let (polled, has_polled) = oneshot::channel::<()>();
    let spawn = || {
        for _ in 0..50 {
            let entered = Arc::clone(&user);
            drop(handle.spawn(async move {
                USER.enter_with(entered);
                pending::<()>().await;
            }));
        }
    };
    spawner.run_in_async_scope(|| USER.run(Arc::clone(&user), spawn));
    drop(handle.spawn(async { drop(polled) }));
    run(has_polled);
    spawner.run_in_async_scope(|| USER.run(Arc::clone(&user), spawn));
    let ids = recorder.created_by(spawner.async_id());
    assert!(Arc::strong_count(&user) > 1);
    Pending { ids, user }
}

struct Pending {
    ids: Vec<AsyncId>,
    user: Arc<String>,
}

impl Pending {
    fn of(recorder: &Recorder, runtime: &Runtime) -> Self {
        pending_tasks(recorder, runtime.handle(), |polled| assert!(runtime.block_on(polled).is_err()))
    }

    fn assert_each_is_destroyed_once_and_last(self, recorder: &Recorder) {
        let Pending { ids, user } = self;
        recorder.wait_for_destroy(&ids);
        assert_eq!(ids.len(), 100);
        for id in &ids {
            let life = recorder.life(*id);
            assert_eq!((life.first(), life.last()), (Some(&"init"), Some(&"destroy")));
            let count = |name| life.iter().filter(|event| **event == name).count();
            assert_eq!((count("init"), count("destroy"), count("resolve")), (1, 1, 0));
            assert_eq!(count("before"), count("after"));
        }
        // The last reference is dropped right after its `destroy`, perhaps on another thread.
        while Arc::strong_count(&user) > 1 {
            thread::yield_now();
        }
    }
}

#[test]
fn each_pending_task_of_a_dropped_runtime_is_destroyed_once() {
    for runtime in [current_thread(), multi_thread()] {
        let recorder = Recorder::start();
        let pending = Pending::of(&recorder, &runtime);
        drop(runtime);
        pending.assert_each_is_destroyed_once_and_last(&recorder);
    }
}

#[test]
fn each_pending_task_of_a_dropped_local_runtime_is_destroyed_once() {
    let recorder = Recorder::start();
    let runtime = local();
    let pending = pending_tasks(&recorder, runtime.handle(), |polled| assert!(runtime.block_on(polled).is_err()));
    drop(runtime);
    pending.assert_each_is_destroyed_once_and_last(&recorder);
}

#[test]
fn each_pending_task_of_a_runtime_shut_down_with_a_timeout_is_destroyed_once() {
    for runtime in [current_thread(), multi_thread()] {
        let recorder = Recorder::start();
        let pending = Pending::of(&recorder, &runtime);
        runtime.shutdown_timeout(Duration::from_secs(60));
        pending.assert_each_is_destroyed_once_and_last(&recorder);
    }
}

#[test]
fn each_pending_task_of_a_runtime_shut_down_in_the_background_is_destroyed_once() {
    for runtime in [current_thread(), multi_thread()] {
        let recorder = Recorder::start();
        let pending = Pending::of(&recorder, &runtime);
        runtime.shutdown_background();
        pending.assert_each_is_destroyed_once_and_last(&recorder);
    }
}

/// tokio reports the end of such a task before its beginning.
#[test]
fn a_task_spawned_on_a_runtime_that_is_gone_is_only_created_and_destroyed() {
    for runtime in [current_thread(), multi_thread()] {
        let recorder = Recorder::start();
        let handle = runtime.handle().clone();
        drop(runtime);
        let user = Arc::new("alice".to_owned());
        let spawner = AsyncResource::new("spawner");
        let spawn = || {
            for _ in 0..1000 {
                drop(handle.spawn(async {}));
            }
        };
        spawner.run_in_async_scope(|| USER.run(Arc::clone(&user), spawn));
        let ids = recorder.created_by(spawner.async_id());
        assert_eq!(ids.len(), 1000);
        for id in ids {
            assert_eq!(recorder.life(id), ["init", "destroy"]);
        }
        assert_eq!(Arc::strong_count(&user), 1);
    }
}

#[test]
fn each_task_spawned_while_its_runtime_goes_is_destroyed_once() {
    for _ in 0..100 {
        let spawner = AsyncResource::new("spawner");
        let (id, alive) = (spawner.async_id(), Arc::new(AtomicI64::new(0)));
        let count = |by: i64| {
            let alive = Arc::clone(&alive);
            move |resource: &Resource| {
                if resource.trigger_async_id() == Some(id) {
                    alive.fetch_add(by, Ordering::Relaxed);
                }
            }
        };
        let hook = create_hook().init(count(1)).destroy(count(-1));
        let _enabled = hook.build().enable_scoped();

        let runtime = multi_thread();
        let handle = runtime.handle().clone();
        let (start, is_gone) = (Arc::new(Barrier::new(2)), Arc::new(AtomicBool::new(false)));
        let (started, gone) = (Arc::clone(&start), Arc::clone(&is_gone));
        let spawning = thread::spawn(move || {
            started.wait();
            spawner.run_in_async_scope(|| {
                while !gone.load(Ordering::Acquire) {
                    drop(handle.spawn(pending::<()>()));
                }
            });
        });
        start.wait();
        drop(runtime);
        is_gone.store(true, Ordering::Release);
        spawning.join().unwrap();
        assert_eq!(alive.load(Ordering::Acquire), 0);
    }
}

struct Tells(Sender<AsyncId>);

impl Drop for Tells {
    fn drop(&mut self) {
        let _ = self.0.send(execution_async_id());
    }
}

/// tokio calls back after the drop, so the task is dropped in the scope of the shutdown.
///
/// An aborted task is polled for it.
#[test]
fn what_a_task_owns_is_dropped_in_its_scope_unless_its_runtime_goes() {
    let runtime = current_thread();
    let (sender, dropped_in) = channel();
    let owning = |sender| {
        let (told, id) = oneshot::channel();
        let tells = Tells(sender);
        let task = runtime.spawn(async move {
            let _tells = tells;
            told.send(execution_async_id()).unwrap();
            pending::<()>().await;
        });
        (task, runtime.block_on(id).unwrap())
    };
    let (task, id) = owning(sender.clone());
    task.abort();
    assert!(runtime.block_on(task).unwrap_err().is_cancelled());
    assert_eq!(dropped_in.recv(), Ok(id));

    drop(owning(sender));
    AsyncResource::new("stopping").run_in_async_scope(|| {
        drop(runtime);
        assert_eq!(dropped_in.recv(), Ok(execution_async_id()));
    });
}

/// Counts what lives of the resources that a spawner triggers; its `init` is slow.
fn count_alive(spawner: AsyncId, slowly: impl Fn() + Send + Sync + 'static) -> (Arc<AtomicI64>, EnabledHook) {
    let alive = Arc::new(AtomicI64::new(0));
    let (created, destroyed) = (Arc::clone(&alive), Arc::clone(&alive));
    let init = move |resource: &Resource| {
        if resource.trigger_async_id() == Some(spawner) {
            slowly();
            created.fetch_add(1, Ordering::Relaxed);
        }
    };
    let destroy = move |resource: &Resource| {
        if resource.trigger_async_id() == Some(spawner) {
            destroyed.fetch_sub(1, Ordering::Relaxed);
        }
    };
    let enabled = create_hook().init(init).destroy(destroy).build().enable_scoped();
    (alive, enabled)
}

/// Spawns from this thread until the runtime is gone, and a little longer.
fn spawn_until(is_gone: &AtomicBool, handle: &Handle, user: &Arc<String>) {
    let mut spawned_after = 0;
    while spawned_after < 100 {
        spawned_after += usize::from(is_gone.load(Ordering::Acquire));
        USER.run(Arc::clone(user), || drop(handle.spawn(async {})));
    }
}

/// A task may end before its spawn is reported, and while a hook receives its `init`.
#[test]
fn a_storm_of_short_tasks_and_shutdowns_with_a_slow_init_hook_leaves_no_task() {
    for round in 0..200 {
        let spawner = Arc::new(AsyncResource::new("spawner"));
        let slowly = move || (0..round % 4).for_each(|_| thread::yield_now());
        let (alive, _enabled) = count_alive(spawner.async_id(), slowly);
        let user = Arc::new("alice".to_owned());
        let runtime = if round % 2 == 0 { multi_thread() } else { current_thread() };
        let is_gone = Arc::new(AtomicBool::new(false));
        let spawning = [(); 3].map(|()| {
            let (spawner, handle, user) = (Arc::clone(&spawner), runtime.handle().clone(), Arc::clone(&user));
            let is_gone = Arc::clone(&is_gone);
            thread::spawn(move || spawner.run_in_async_scope(|| spawn_until(&is_gone, &handle, &user)))
        });
        runtime.block_on(async { tokio::task::yield_now().await });
        drop(runtime);
        is_gone.store(true, Ordering::Release);
        spawning.into_iter().for_each(|thread| thread.join().unwrap());
        assert_eq!((alive.load(Ordering::Acquire), Arc::strong_count(&user)), (0, 1), "in round {round}");
    }
}

#[test]
fn a_task_that_ends_while_its_init_hook_runs_is_not_kept_however_many_end_meanwhile() {
    let runtime = current_thread();
    let handle = runtime.handle().clone();
    let spawner = AsyncResource::new("spawner");
    let (others, user) = (handle.clone(), Arc::new("alice".to_owned()));
    let others_end = move || {
        let others = others.clone();
        let ending = thread::spawn(move || (0..10_000).for_each(|_| drop(others.spawn(async {}))));
        ending.join().unwrap();
    };
    let (alive, _enabled) = count_alive(spawner.async_id(), others_end);
    drop(runtime);
    spawner.run_in_async_scope(|| USER.run(Arc::clone(&user), || drop(handle.spawn(async {}))));
    assert_eq!((alive.load(Ordering::Acquire), Arc::strong_count(&user)), (0, 1));
}

/// Another thread shuts the runtime down while the hook runs.
#[test]
fn a_task_whose_runtime_goes_while_its_init_hook_runs_is_created_and_then_destroyed() {
    for runtime in [current_thread(), multi_thread()] {
        let handle = runtime.handle().clone();
        let spawner = AsyncResource::new("spawner");
        let runtime = Mutex::new(Some(runtime));
        let goes = move || {
            let runtime = runtime.lock().unwrap().take();
            thread::spawn(move || drop(runtime)).join().unwrap();
        };
        let user = Arc::new("alice".to_owned());
        let recorder = Recorder::start();
        let (_alive, _enabled) = count_alive(spawner.async_id(), goes);
        spawner.run_in_async_scope(|| USER.run(Arc::clone(&user), || drop(handle.spawn(pending::<()>()))));
        let ids = recorder.created_by(spawner.async_id());
        assert_eq!(ids.iter().map(|id| recorder.life(*id)).collect::<Vec<_>>(), [["init", "destroy"]]);
        assert_eq!(Arc::strong_count(&user), 1);
    }
}
