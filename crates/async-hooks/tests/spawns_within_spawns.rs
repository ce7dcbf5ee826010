//! A subscriber spawns when tokio creates the span of a task: each task is one resource.
//!
//! That is between the call of a wrapper and the callback of the runtime.
//!
//! The subscriber is that of the process: `tracing` does not ask the subscriber of a thread while it runs.

#![cfg(tokio_unstable)]
#![allow(clippy::unwrap_used, reason = "a test that meets the impossible may stop there")]

use std::cell::RefCell;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, Once};

use async_hooks::prelude::*;
use async_hooks::tokio::JoinSet;
use async_hooks::{AsyncId, AsyncResource, EnabledHook, Resource, create_hook};
use tokio::runtime::{Builder, Handle, LocalOptions, Runtime};
use tokio::task::{LocalSet, yield_now};
use tracing::span::{Attributes, Id};
use tracing::subscriber::set_global_default;
use tracing_subscriber::layer::{Context, Layer};
use tracing_subscriber::prelude::*;

/// Whether a layer receives a span before or after the layer of `async-hooks`.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Place {
    Ahead,
    Behind,
}

const EITHER_PLACE: [Place; 2] = [Place::Ahead, Place::Behind];

type Next = Option<(Place, Box<dyn FnOnce()>)>;

thread_local! {
    /// What the layer at that place does when it receives the next span of a task on this thread.
    static NEXT: RefCell<Next> = const { RefCell::new(None) };
}

/// A layer that spawns while tokio spawns.
struct Spawns(Place);

impl<S: tracing::Subscriber> Layer<S> for Spawns {
    fn on_new_span(&self, attributes: &Attributes<'_>, _: &Id, _: Context<'_, S>) {
        if attributes.metadata().name() == "runtime.spawn" {
            let next = NEXT.with_borrow_mut(|next| next.take_if(|(place, _)| *place == self.0));
            if let Some((_, spawns)) = next {
                spawns();
            }
        }
    }
}

fn subscribe() {
    static SUBSCRIBED: Once = Once::new();
    SUBSCRIBED.call_once(|| {
        let layers = tracing_subscriber::registry().with(Spawns(Place::Ahead)).with(async_hooks::tracing::layer());
        set_global_default(layers.with(Spawns(Place::Behind))).unwrap();
    });
}

type Job = Box<dyn FnOnce() + Send>;
type Spawn = fn(&Handle, Job);

#[track_caller]
fn plain(handle: &Handle, job: Job) {
    drop(handle.spawn(async { job() }));
}

#[track_caller]
fn wrapped(handle: &Handle, job: Job) {
    drop(handle.spawn_tracked(async { job() }));
}

#[track_caller]
fn blocking(handle: &Handle, job: Job) {
    drop(handle.spawn_blocking_tracked(job));
}

/// The one line from which several tasks are spawned.
fn spawn_on_one_line(handle: &Handle, is_wrapped: bool, job: Job) {
    #[track_caller]
    fn spawn_here(handle: &Handle, is_wrapped: bool, job: Job) {
        if is_wrapped { wrapped(handle, job) } else { plain(handle, job) }
    }
    spawn_here(handle, is_wrapped, job);
}

/// A resource that spawns, and the resources that it creates.
struct World {
    spawner: AsyncResource,
    created: Arc<Mutex<Vec<Resource>>>,
    _enabled: EnabledHook,
    tracking: Runtime,
    plain: Runtime,
    told: Sender<AsyncId>,
    ids: Receiver<AsyncId>,
}

impl World {
    fn new() -> Self {
        subscribe();
        let (tracking, plain) =
            (Builder::new_current_thread().async_hooks().build(), Builder::new_current_thread().build());
        let (spawner, created) = (AsyncResource::new("spawner"), Arc::new(Mutex::new(Vec::new())));
        let (only, journal) = (spawner.async_id(), Arc::clone(&created));
        let hook = create_hook().init(move |resource| {
            if resource.trigger_async_id() == Some(only) {
                journal.lock().unwrap().push(*resource);
            }
        });
        let _enabled = hook.build().enable_scoped();
        let (told, ids) = channel();
        World { spawner, created, _enabled, tracking: tracking.unwrap(), plain: plain.unwrap(), told, ids }
    }

    fn handles(&self) -> [Handle; 2] {
        [self.tracking.handle().clone(), self.plain.handle().clone()]
    }

    /// Sends the id under which it runs.
    fn job(&self) -> Job {
        let told = self.told.clone();
        Box::new(move || told.send(execution_async_id()).unwrap())
    }

    /// Spawns as the spawner; the layer at that place calls `nested` within that spawn.
    fn spawn_around(&self, place: Place, nested: impl FnOnce() + 'static, spawn: impl FnOnce()) {
        NEXT.set(Some((place, Box::new(nested))));
        self.spawner.run_in_async_scope(spawn);
        assert!(NEXT.take().is_none(), "the layer has seen the span");
    }

    /// The ids under which this many jobs ran, in ascending order.
    fn ran(&self, count: usize) -> Vec<AsyncId> {
        for runtime in [&self.tracking, &self.plain] {
            runtime.block_on(async {
                for _ in 0..10 {
                    yield_now().await;
                }
            });
        }
        let mut ids: Vec<_> = (0..count).map(|_| self.ids.recv().unwrap()).collect();
        ids.sort();
        ids
    }

    fn created(&self) -> Vec<AsyncId> {
        let mut ids: Vec<_> = self.created.lock().unwrap().iter().map(Resource::async_id).collect();
        ids.sort();
        ids
    }

    #[track_caller]
    fn assert_each_of(&self, count: usize) {
        assert_eq!(self.ran(count), self.created());
        assert_eq!(self.created().len(), count);
    }
}

/// Checks each pair of an outer and a nested spawn.
///
/// With and without a wrapper, on a runtime that tracks its tasks and on one that does not.
fn each_pair(outer: &[Spawn], check: impl Fn(Place, &World, (Spawn, Handle), (Spawn, Handle))) {
    for place in EITHER_PLACE {
        for (outer, nested) in outer.iter().flat_map(|outer| [plain, wrapped].map(|nested: Spawn| (*outer, nested))) {
            for (of_outer, of_nested) in [(0, 0), (0, 1), (1, 0), (1, 1)] {
                let world = World::new();
                let handles = world.handles();
                check(place, &world, (outer, handles[of_outer].clone()), (nested, handles[of_nested].clone()));
            }
        }
    }
}

#[test]
fn a_task_is_one_resource_when_a_layer_spawns_as_its_span_is_made() {
    each_pair(&[plain, wrapped, blocking], |place, world, (spawn, handle), (spawn_nested, elsewhere)| {
        let nested = world.job();
        world.spawn_around(place, move || spawn_nested(&elsewhere, nested), || spawn(&handle, world.job()));
        world.assert_each_of(2);
    });
}

#[test]
fn a_task_is_one_resource_however_many_a_layer_spawns_as_its_span_is_made() {
    each_pair(&[plain, wrapped], |place, world, (spawn, handle), (spawn_nested, elsewhere)| {
        let nested: Vec<_> = (0..40).map(|_| world.job()).collect();
        let spawn_all = move || nested.into_iter().for_each(|job| spawn_nested(&elsewhere, job));
        world.spawn_around(place, spawn_all, || spawn(&handle, world.job()));
        world.assert_each_of(41);
    });
}

#[test]
fn a_task_is_one_resource_at_each_depth_of_spawns() {
    for place in EITHER_PLACE {
        let world = World::new();
        let [handle, _] = world.handles();
        let (innermost, inner) = (world.job(), world.job());
        let (of_innermost, of_inner) = (handle.clone(), handle.clone());
        let nested = move || {
            NEXT.set(Some((place, Box::new(move || wrapped(&of_innermost, innermost)))));
            wrapped(&of_inner, inner);
        };
        world.spawn_around(place, nested, || wrapped(&handle, world.job()));
        world.assert_each_of(3);
    }
}

#[test]
fn what_a_layer_behind_ours_spawns_on_the_line_of_a_wrapper_is_tracked_by_itself() {
    let world = World::new();
    let [handle, _] = world.handles();
    let (nested, elsewhere) = (world.job(), handle.clone());
    let spawn_nested = move || spawn_on_one_line(&elsewhere, false, nested);
    world.spawn_around(Place::Behind, spawn_nested, || spawn_on_one_line(&handle, true, world.job()));
    world.assert_each_of(2);
}

/// Only their numbers tell the two apart, and the nested one is seen first.
#[test]
fn a_wrapped_task_is_never_two_resources_though_a_layer_ahead_of_ours_spawns_on_its_line() {
    let world = World::new();
    let [handle, _] = world.handles();
    let (nested, elsewhere) = (world.job(), handle.clone());
    let spawn_nested = move || spawn_on_one_line(&elsewhere, false, nested);
    world.spawn_around(Place::Ahead, spawn_nested, || spawn_on_one_line(&handle, true, world.job()));
    let ran = world.ran(2);
    assert!(world.created().iter().all(|created| ran.contains(created)));
}

/// tokio reports the location to the span; the wrapper has it from the compiler.
///
/// Both are the caller's.
#[test]
fn each_wrapper_is_the_one_resource_of_its_task_and_of_its_span() {
    let world = World::new();
    let (local, local_set) =
        (Builder::new_current_thread().async_hooks().build_local(LocalOptions::default()), LocalSet::new());
    let (local, mut set) = (local.unwrap(), JoinSet::new());
    let [handle, _] = world.handles();
    world.spawner.run_in_async_scope(|| {
        wrapped(&handle, world.job());
        blocking(&handle, world.job());
        let (first, second, third) = (world.job(), world.job(), world.job());
        drop(world.tracking.spawn_tracked(async { first() }));
        drop(local.spawn_local_tracked(async { second() }));
        drop(local_set.spawn_local_tracked(async { third() }));
    });
    let jobs: Vec<_> = (0..9).map(|_| world.job()).collect();
    let [a, b, c, d, e, f, g, h, i] = <[Job; 9]>::try_from(jobs).unwrap_or_else(|_| unreachable!());
    let in_local_set = async {
        world.spawner.run_in_async_scope(|| {
            drop(async_hooks::tokio::spawn(async { a() }));
            drop(async_hooks::tokio::spawn_local(async { b() }));
            drop(async_hooks::tokio::spawn_blocking(c));
            set.spawn(async { d() });
            set.spawn_on(async { e() }, &handle);
            set.spawn_local(async { f() });
            set.spawn_local_on(async { g() }, &local_set);
            set.spawn_blocking(h);
            set.spawn_blocking_on(i, &handle);
        });
        while set.join_next().await.is_some() {}
    };
    world.tracking.block_on(local_set.run_until(in_local_set));
    local.block_on(yield_now());
    let job = world.job();
    local
        .block_on(async { world.spawner.run_in_async_scope(|| async_hooks::tokio::spawn_local(async { job() })).await })
        .unwrap();
    world.assert_each_of(15);
}
