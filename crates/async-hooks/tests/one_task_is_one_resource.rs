//! A task is one resource, whichever of wrapper, runtime hook and tokio's span see it.
//!
//! Needs `--cfg tokio_unstable`: without it tokio makes no spans and tells nobody.

#![cfg(tokio_unstable)]
#![allow(clippy::unwrap_used, reason = "a test that meets the impossible may stop there")]

use std::sync::{Arc, Mutex, MutexGuard};

use async_hooks::prelude::*;
use async_hooks::{AsyncHook, AsyncLocal, EnabledHook, Hook, Resource, execution_async_resource};
use tokio::runtime::{Builder, Runtime};
use tokio::task::{JoinHandle, yield_now};
use tracing::Dispatch;
use tracing_subscriber::prelude::*;

static USER: AsyncLocal<&str> = AsyncLocal::new();

/// Hooks observe the whole process, so only one test at a time has one.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

#[derive(Clone, Default)]
struct Journal(Arc<Mutex<Vec<(&'static str, Resource)>>>);

impl Journal {
    fn note(&self, event: &'static str, resource: &Resource) {
        self.0.lock().unwrap().push((event, *resource));
    }

    fn named(&self, event: &str) -> Vec<Resource> {
        let events = self.0.lock().unwrap();
        events.iter().filter(|(name, _)| *name == event).map(|(_, resource)| *resource).collect()
    }
}

impl Hook for Journal {
    fn init(&self, resource: &Resource) {
        self.note("init", resource);
    }

    fn before(&self, resource: &Resource) {
        self.note("before", resource);
    }

    fn after(&self, resource: &Resource) {
        self.note("after", resource);
    }

    fn destroy(&self, resource: &Resource) {
        self.note("destroy", resource);
    }
}

/// A program with a journal of its hooks.
///
/// It has spans of tokio's or not, on a runtime that tracks or does not.
struct World {
    journal: Journal,
    // Ends before the runtime does, whose own parts are resources too.
    _enabled: EnabledHook,
    runtime: Runtime,
    _spans: Option<tracing::dispatcher::DefaultGuard>,
    _alone: MutexGuard<'static, ()>,
}

impl World {
    fn new(is_automatic: bool, has_spans: bool) -> Self {
        let alone = ONE_AT_A_TIME.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        let layered = || Dispatch::new(tracing_subscriber::registry().with(async_hooks::tracing::layer()));
        let spans = has_spans.then(|| tracing::dispatcher::set_default(&layered()));
        let mut builder = Builder::new_current_thread();
        if is_automatic {
            builder.async_hooks();
        }
        let runtime = builder.build().unwrap();
        let journal = Journal::default();
        let enabled = AsyncHook::new(journal.clone()).enable_scoped();
        World { journal, _enabled: enabled, runtime, _spans: spans, _alone: alone }
    }

    /// Lives through one task, and says what it saw.
    fn run(&self, spawn: impl FnOnce() -> JoinHandle<Resource>) -> Resource {
        self.runtime.block_on(async { spawn().await.unwrap() })
    }
}

async fn twice_polled() -> Resource {
    let first = execution_async_resource();
    yield_now().await;
    assert_eq!(execution_async_resource(), first);
    assert_eq!(USER.get().as_deref(), Some(&"alice"));
    first
}

fn plain() -> JoinHandle<Resource> {
    USER.run("alice", || tokio::spawn(twice_polled()))
}

fn wrapped() -> JoinHandle<Resource> {
    USER.run("alice", || async_hooks::tokio::spawn(twice_polled()))
}

/// Exactly one resource, observed from start to end, and executing in the task.
#[track_caller]
fn assert_one(is_automatic: bool, has_spans: bool, spawn: fn() -> JoinHandle<Resource>) {
    let world = World::new(is_automatic, has_spans);
    let seen = world.run(spawn);
    assert_eq!(seen.kind(), "tokio::task");
    assert_eq!(seen.location().file(), file!());
    assert_eq!(world.journal.named("init"), [seen]);
    assert_eq!(world.journal.named("destroy"), [seen]);
    let (before, after) = (world.journal.named("before"), world.journal.named("after"));
    assert_eq!(before.len(), after.len());
    assert!(before.len() >= 2 && before.iter().chain(&after).all(|polled| *polled == seen));
}

#[test]
fn a_span_alone() {
    assert_one(false, true, plain);
}

#[test]
fn a_runtimes_hook_alone() {
    assert_one(true, false, plain);
}

#[test]
fn a_wrapper_and_a_runtimes_hook() {
    assert_one(true, false, wrapped);
}

#[test]
fn a_wrapper_and_a_span() {
    assert_one(false, true, wrapped);
}

#[test]
fn a_runtimes_hook_and_a_span() {
    assert_one(true, true, plain);
}

#[test]
fn all_three() {
    assert_one(true, true, wrapped);
}

/// tokio drops it before it reports the spawn.
#[test]
fn a_runtimes_hook_and_a_span_of_a_task_that_is_spawned_when_its_runtime_is_gone() {
    for mut builder in [Builder::new_current_thread(), Builder::new_multi_thread()] {
        let world = World::new(true, true);
        let gone = builder.worker_threads(1).async_hooks().build().unwrap().handle().clone();
        drop(gone.spawn(async {}));
        let tasks =
            |event| Vec::from_iter(world.journal.named(event).into_iter().filter(|it| it.kind() == "tokio::task"));
        assert_eq!(tasks("init").len(), 1, "{:?}", tasks("init"));
        assert_eq!(tasks("destroy"), tasks("init"));
    }
}

#[test]
fn the_events_of_each_poll_are_sent_once_when_the_runtime_has_taken_the_span_over() {
    let world = World::new(true, true);
    world.run(plain);
    assert_eq!(world.journal.named("before").len(), 2);
    assert_eq!(world.journal.named("after").len(), 2);
}

#[test]
fn a_span_answers_with_the_resource_that_it_names() {
    let world = World::new(true, true);
    let seen = world.run(|| {
        USER.run("alice", || {
            async_hooks::tokio::spawn(async {
                assert_eq!(tracing::Span::current().async_id(), Some(execution_async_id()));
                twice_polled().await
            })
        })
    });
    assert_eq!(world.journal.named("init"), [seen]);
}

#[test]
fn a_wrapped_blocking_job_and_its_span() {
    let world = World::new(true, true);
    let seen = world.run(|| async_hooks::tokio::spawn_blocking(execution_async_resource));
    assert_eq!(seen.kind(), "tokio::blocking");
    assert_eq!(world.journal.named("init"), [seen]);
    assert_eq!(world.journal.named("destroy"), [seen]);
}

#[test]
fn a_task_and_a_job_with_a_kind_of_their_own_are_one_resource_each() {
    let spawns: [fn() -> JoinHandle<Resource>; 2] = [
        || USER.run("alice", || async_hooks::tokio::task("worker").spawn(twice_polled())),
        || async_hooks::tokio::task("worker").spawn_blocking(execution_async_resource),
    ];
    for (is_automatic, has_spans) in [(true, true), (true, false), (false, true)] {
        for spawn in spawns {
            let world = World::new(is_automatic, has_spans);
            let seen = world.run(spawn);
            assert_eq!(seen.kind(), "worker");
            assert_eq!(world.journal.named("init"), [seen]);
            assert_eq!(world.journal.named("destroy"), [seen]);
        }
    }
}

#[test]
fn a_plain_blocking_job_is_tracked_by_its_span_and_carries_context() {
    let world = World::new(true, true);
    // The pool's thread asks the subscriber of the process, or its own, not that of the thread which spawns.
    let subscriber = tracing::dispatcher::get_default(Clone::clone);
    let seen = world.run(|| {
        USER.run("alice", || {
            tokio::task::spawn_blocking(move || {
                tracing::dispatcher::with_default(&subscriber, || {
                    assert_eq!(USER.get().as_deref(), Some(&"alice"));
                    execution_async_resource()
                })
            })
        })
    });
    assert_eq!(seen.kind(), "tokio::blocking");
    assert_eq!(world.journal.named("init"), [seen]);
}

#[test]
fn what_a_task_waits_for_is_caused_by_the_task() {
    let world = World::new(true, true);
    let seen = world.run(|| {
        USER.run("alice", || {
            tokio::spawn(async {
                let mutex = tokio::sync::Mutex::new(());
                drop(mutex.lock().await);
                twice_polled().await
            })
        })
    });
    let created = world.journal.named("init");
    let trigger_of =
        |id| created.iter().find(|resource| Some(resource.async_id()) == id).map(Resource::trigger_async_id);
    for resource in &created[1..] {
        let mut chain = vec![Some(resource.async_id())];
        while let Some(trigger) = trigger_of(*chain.last().unwrap()) {
            chain.push(trigger);
        }
        assert!(chain.contains(&Some(seen.async_id())), "{resource:?} comes from {chain:?}");
    }
    let mutex = created.iter().find(|resource| resource.kind() == "tokio::Mutex").unwrap();
    assert_eq!((mutex.location().file(), mutex.trigger_async_id()), (file!(), Some(seen.async_id())));
}
