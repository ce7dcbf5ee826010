//! Spawns within a spawn: each task is one resource all the same.
//!
//! Between the call of a wrapper and the callback of the runtime, tokio runs foreign code, which may spawn tasks of its
//! own.

#![cfg(tokio_unstable)]
#![allow(clippy::unwrap_used, reason = "a test that meets the impossible may stop there")]

mod recorder;
#[path = "automatic/runtimes.rs"]
mod runtimes;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, OnceLock};

use async_hooks_core::{AsyncId, AsyncLocal, AsyncResource, Inherit, create_hook, execution_async_id};
use async_hooks_tokio::{BuilderExt as _, HandleExt as _, RuntimeHooks, spawn};
use recorder::Recorder;
use runtimes::steering::yield_times;
use runtimes::{current_thread, multi_thread};
use tokio::runtime::{Builder, Handle, Runtime};

type Task = Pin<Box<dyn Future<Output = ()> + Send>>;
type Spawn = fn(&Handle, Task);

fn plain(handle: &Handle, task: Task) {
    drop(handle.spawn(task));
}

fn wrapped(handle: &Handle, task: Task) {
    drop(handle.spawn_tracked(task));
}

const EITHER: [Spawn; 2] = [plain, wrapped];

/// Spawns a task on the line of its caller.
#[track_caller]
fn spawn_here(handle: &Handle, is_wrapped: bool, task: Task) {
    if is_wrapped { drop(handle.spawn_tracked(task)) } else { drop(handle.spawn(task)) }
}

/// The one line from which several tasks are spawned.
fn spawn_on_one_line(handle: &Handle, is_wrapped: bool, task: Task) {
    spawn_here(handle, is_wrapped, task);
}

/// A runtime that tracks its tasks, the spawning resource, and the ids under which tasks run.
struct World {
    recorder: Recorder,
    spawner: AsyncResource,
    runtime: Runtime,
    told: Sender<AsyncId>,
    ids: Receiver<AsyncId>,
}

impl World {
    fn new() -> Self {
        let (told, ids) = channel();
        let spawner = AsyncResource::new("spawner");
        World { recorder: Recorder::start(), spawner, runtime: current_thread(), told, ids }
    }

    /// A task that sends the id under which it runs.
    fn task(&self) -> Task {
        let told = self.told.clone();
        Box::pin(async move { told.send(execution_async_id()).unwrap() })
    }

    /// A closure that spawns such a task on the runtime.
    fn spawns(&self, spawn: Spawn) -> impl FnOnce() + Send + 'static {
        let (handle, task) = (self.runtime.handle().clone(), self.task());
        move || spawn(&handle, task)
    }

    fn as_spawner(&self, f: impl FnOnce()) {
        self.spawner.run_in_async_scope(f);
    }

    /// The resources that the spawner has created.
    fn spawned(&self) -> Vec<AsyncId> {
        self.recorder.created_by(self.spawner.async_id())
    }

    /// The ids under which the tasks ran, in ascending order.
    fn ran(&self) -> Vec<AsyncId> {
        self.runtime.block_on(yield_times(10));
        let mut ids: Vec<_> = self.ids.try_iter().collect();
        ids.sort_by_key(|id| id.as_u64());
        ids
    }

    /// Spawns a task on a closed runtime, which refuses it; returns the task's only resource.
    ///
    /// The destructor of the task calls `as_dropped`.
    fn refuse(&self, gone: &Handle, as_dropped: impl FnOnce() + Send + 'static) -> AsyncId {
        let owned = OnDrop(Some(as_dropped));
        self.as_spawner(|| drop(gone.spawn_tracked(async move { drop(owned) })));
        self.assert_refused_once()
    }

    fn assert_refused_once(&self) -> AsyncId {
        let spawned = self.spawned();
        assert_eq!(spawned.len(), 1, "one task is one resource");
        assert_eq!(self.recorder.life(spawned[0]), ["init", "destroy"]);
        spawned[0]
    }

    /// Each task ran under an id of its own, and hooks received one `init` for it.
    #[track_caller]
    fn assert_each_is_one(&self, count: usize) {
        let ran = self.ran();
        assert_eq!((ran.len(), self.spawned()), (count, ran));
    }
}

struct OnDrop<F: FnOnce()>(Option<F>);

impl<F: FnOnce()> Drop for OnDrop<F> {
    fn drop(&mut self) {
        if let Some(f) = self.0.take() {
            f();
        }
    }
}

/// A closure whose first call calls `f`.
fn once(f: impl FnOnce() + Send + 'static) -> impl Fn() + Send + Sync + 'static {
    let f = Mutex::new(Some(f));
    move || {
        let first = f.lock().unwrap().take();
        if let Some(f) = first {
            f();
        }
    }
}

fn gone(runtime: Runtime) -> Handle {
    runtime.handle().clone()
}

fn each_gone() -> [Handle; 3] {
    [current_thread(), multi_thread(), Builder::new_current_thread().build().unwrap()].map(gone)
}

#[test]
fn a_refused_task_and_what_it_spawns_as_it_is_dropped_are_one_resource_each() {
    for (spawn, gone) in EITHER.into_iter().flat_map(|spawn| each_gone().map(|gone| (spawn, gone))) {
        let world = World::new();
        let refused = world.refuse(&gone, world.spawns(spawn));
        let ran = world.ran();
        assert_eq!((ran.len(), world.recorder.created_by(refused)), (1, ran));
    }
}

#[test]
fn refused_tasks_that_spawn_refused_tasks_are_one_resource_each() {
    let world = World::new();
    let handle = gone(current_thread());
    let (second, third) = (handle.clone(), handle.clone());
    let innermost = OnDrop(Some(world.spawns(wrapped)));
    let inner = OnDrop(Some(move || drop(third.spawn_tracked(async move { drop(innermost) }))));
    let first = world.refuse(&handle, move || drop(second.spawn_tracked(async move { drop(inner) })));
    let [second] = world.recorder.created_by(first)[..] else { panic!("one task is one resource") };
    let [third] = world.recorder.created_by(second)[..] else { panic!("one task is one resource") };
    assert_eq!(world.ran(), world.recorder.created_by(third));
}

#[test]
fn a_refused_task_stays_one_resource_when_a_spawn_fails_as_it_is_dropped() {
    let world = World::new();
    let fails =
        || assert!(catch_unwind(AssertUnwindSafe(|| drop(spawn(async {})))).is_err(), "there is no runtime here");
    let refused = world.refuse(&gone(current_thread()), fails);
    assert_eq!(world.recorder.created_by(refused).len(), 1);
}

/// What the fork function of a local calls: it receives nothing but the value.
#[derive(Clone)]
struct Forks(Arc<dyn Fn() + Send + Sync>);

static FORKS: AsyncLocal<Forks> = AsyncLocal::new().inherit(Inherit::Fork(|forks| {
    (forks.0)();
    forks.clone()
}));

#[test]
fn a_refused_task_stays_one_resource_when_a_fork_within_its_spawn_spawns() {
    for spawn in EITHER {
        let world = World::new();
        let (by_drop, forks) = (world.spawns(plain), Forks(Arc::new(once(world.spawns(spawn)))));
        let refused = world.refuse(&gone(current_thread()), move || FORKS.run(forks, by_drop));
        let ran = world.ran();
        let mut created = world.recorder.created_by(refused);
        created.sort_by_key(|id| id.as_u64());
        assert_eq!((ran.len(), created), (2, ran));
    }
}

#[test]
fn a_refused_task_stays_one_resource_when_an_init_hook_within_its_spawn_spawns() {
    for spawn in EITHER {
        let world = World::new();
        let refused = Arc::new(OnceLock::new());
        let (by_hook, cause) = (once(world.spawns(spawn)), Arc::clone(&refused));
        let hook = create_hook().init(move |resource| {
            if cause.get().is_some_and(|cause| resource.trigger_async_id() == Some(*cause)) {
                by_hook();
            }
        });
        let _enabled = hook.build().enable_scoped();
        let by_drop = world.spawns(plain);
        let refused = world.refuse(&gone(current_thread()), move || {
            refused.set(execution_async_id()).unwrap();
            by_drop();
        });
        let (ran, observed) = (world.ran(), world.recorder.created_by(refused));
        // Hooks do not observe what a hook spawns, but it is a resource too.
        assert_eq!((ran.len(), observed.len()), (2, 1));
        assert!(ran[0] != ran[1] && ran.contains(&observed[0]) && !ran.contains(&AsyncId::ROOT));
    }
}

#[test]
fn a_refused_task_and_what_the_programs_own_callback_spawns_at_its_end_are_one_resource_each() {
    for spawn in EITHER {
        let world = World::new();
        let by_callback = once(world.spawns(spawn));
        let hooks = RuntimeHooks::new().on_task_terminate(move |_| by_callback());
        let gone = gone(Builder::new_current_thread().async_hooks_with(hooks).build().unwrap());
        world.as_spawner(|| drop(gone.spawn_tracked(async {})));
        let (spawned, ran) = (world.spawned(), world.ran());
        assert_eq!((spawned.len(), ran.len()), (2, 1));
        assert_eq!(world.recorder.life(spawned[0]), ["init", "destroy"]);
        assert_eq!(ran[0], spawned[1]);
    }
}

#[test]
fn what_the_callback_of_a_runtime_that_tracks_nothing_spawns_elsewhere_is_tracked() {
    for spawn in EITHER {
        let world = World::new();
        let by_callback = once(world.spawns(spawn));
        let untracked = Builder::new_current_thread().on_task_spawn(move |_| by_callback()).build().unwrap();
        world.as_spawner(|| drop(untracked.spawn_tracked(world.task())));
        untracked.block_on(yield_times(2));
        world.assert_each_is_one(2);
    }
}

#[test]
fn what_the_programs_own_callback_spawns_on_the_line_of_a_wrapper_is_tracked_by_itself() {
    let world = World::new();
    let (handle, nested) = (Arc::new(OnceLock::<Handle>::new()), world.task());
    let tracking = Arc::clone(&handle);
    let by_callback = once(move || spawn_on_one_line(tracking.get().unwrap(), false, nested));
    let hooks = RuntimeHooks::new().on_task_spawn(move |_| by_callback());
    let runtime = Builder::new_current_thread().async_hooks_with(hooks).build().unwrap();
    handle.set(runtime.handle().clone()).unwrap();
    world.as_spawner(|| spawn_on_one_line(runtime.handle(), true, world.task()));
    runtime.block_on(yield_times(4));
    world.assert_each_is_one(2);
}

#[test]
fn what_a_refused_task_spawns_on_its_own_line_is_tracked_by_itself() {
    let world = World::new();
    let (handle, nested) = (world.runtime.handle().clone(), world.task());
    let owned = OnDrop(Some(move || spawn_on_one_line(&handle, false, nested)));
    world.as_spawner(|| spawn_on_one_line(&gone(current_thread()), true, Box::pin(async move { drop(owned) })));
    let refused = world.assert_refused_once();
    let ran = world.ran();
    assert_eq!((ran.len(), world.recorder.created_by(refused)), (1, ran));
}

/// Only their numbers tell the two apart, and the nested one is seen first.
#[test]
fn a_refused_task_is_never_two_resources_though_the_same_scope_spawns_on_its_line() {
    let world = World::new();
    let (handle, nested) = (world.runtime.handle().clone(), world.task());
    let by_callback = once(move || spawn_on_one_line(&handle, false, nested));
    let hooks = RuntimeHooks::new().on_task_terminate(move |_| by_callback());
    let gone = gone(Builder::new_current_thread().async_hooks_with(hooks).build().unwrap());
    world.as_spawner(|| spawn_on_one_line(&gone, true, Box::pin(async {})));
    let (mut spawned, ran) = (world.spawned(), world.ran());
    spawned.retain(|id| !ran.contains(id));
    assert_eq!((spawned.len(), ran.len()), (1, 1));
}
