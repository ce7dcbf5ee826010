//! Polls of one task that overlap at their edges.
//!
//! tokio calls back after a poll, when the next poll may have begun on another worker.

#![cfg(tokio_unstable)]
#![allow(clippy::unwrap_used, reason = "a test that meets the impossible may stop there")]

mod recorder;
#[path = "automatic/runtimes.rs"]
mod runtimes;

use std::collections::HashMap;
use std::future::{Future as _, poll_fn};
use std::pin::pin;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, OnceLock};
use std::task::{Poll, Waker};

use async_hooks_core::{AsyncHook, AsyncId, AsyncLocal, Hook, Resource, execution_async_id};
use async_hooks_tokio::{BuilderExt as _, RuntimeHooks};
use recorder::Recorder;
use runtimes::steering::yield_times;
use tokio::runtime::{Builder, Runtime};
use tokio::task::block_in_place;

static USER: AsyncLocal<&str> = AsyncLocal::new();
static COUNT: AsyncLocal<usize> = AsyncLocal::new();

/// A runtime that calls `behind` after the first poll of one task, on the polling worker.
///
/// The task has put its id there before.
fn interrupted(id: Arc<OnceLock<AsyncId>>, behind: impl Fn() + Send + Sync + 'static) -> Runtime {
    let polls = AtomicUsize::new(0);
    let hooks = RuntimeHooks::new().on_after_task_poll(move |_| {
        if id.get() == Some(&execution_async_id()) && polls.fetch_add(1, Ordering::Relaxed) == 0 {
            behind();
        }
    });
    Builder::new_multi_thread().worker_threads(2).async_hooks_with(hooks).build().unwrap()
}

/// Two ends, so that a poll and what is behind the one before it can wait for each other.
fn rendezvous() -> (Sender<()>, Mutex<Receiver<()>>) {
    let (sender, receiver) = channel();
    (sender, Mutex::new(receiver))
}

fn wait_for(other: &Mutex<Receiver<()>>) {
    other.lock().unwrap().recv().unwrap();
}

#[test]
fn destroy_waits_for_a_poll_that_is_late_to_end() {
    let recorder = Arc::new(Recorder::start());
    let id = Arc::new(OnceLock::new());
    let (ended, watching) = (Arc::clone(&id), Arc::clone(&recorder));
    let was_early = Arc::new(AtomicBool::new(true));
    let is_early = Arc::clone(&was_early);
    // The first poll does not end before the second has: before, before, after.
    let runtime = interrupted(Arc::clone(&id), move || {
        while !watching.life(*ended.get().unwrap()).contains(&"after") {
            std::thread::yield_now();
        }
        // Not asserted here: tokio built for debugging aborts the process when a worker panics.
        is_early.store(watching.life(*ended.get().unwrap()).contains(&"destroy"), Ordering::Relaxed);
    });
    let told = Arc::clone(&id);
    let task = runtime.spawn(async move {
        told.set(execution_async_id()).unwrap();
        wake_and_wait().await;
    });
    runtime.block_on(task).unwrap();
    let id = *id.get().unwrap();
    recorder.wait_for_destroy(&[id]);
    assert!(!was_early.load(Ordering::Relaxed));
    assert_eq!(recorder.life(id), ["init", "before", "before", "after", "after", "destroy"]);
    assert!(recorder.events(id)[1..5].iter().all(|event| event.executing == id));
}

/// Is polled again as soon as this poll has returned.
async fn wake_and_wait() {
    let mut is_woken = false;
    poll_fn(|cx| {
        if is_woken {
            return Poll::Ready(());
        }
        is_woken = true;
        cx.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

#[test]
fn what_a_poll_enters_while_the_one_before_it_ends_is_kept() {
    let id = Arc::new(OnceLock::new());
    let (go_on, has_gone_on) = rendezvous();
    let (end, has_ended) = rendezvous();
    let runtime = interrupted(Arc::clone(&id), move || {
        wait_for(&has_gone_on);
        // Behind the poll, and no part of the task: the next one has begun.
        USER.enter_with("too late");
        end.send(()).unwrap();
    });
    let task = runtime.spawn(async move {
        id.set(execution_async_id()).unwrap();
        USER.enter_with("first");
        wake_and_wait().await;
        assert_eq!(USER.get().as_deref(), Some(&"first"));
        USER.enter_with("second");
        go_on.send(()).unwrap();
        wait_for(&has_ended);
        wake_and_wait().await;
        yield_times(2).await;
        USER.get().map(|user| *user)
    });
    assert_eq!(runtime.block_on(task).unwrap(), Some("second"));
}

const TASKS: usize = 16;

/// Tasks that are woken by themselves, by each other and by threads, as their polls return.
///
/// The waking threads are blocked by the polls.
fn storm(polls: usize) -> Vec<AsyncId> {
    let runtime = Builder::new_multi_thread().worker_threads(4).async_hooks().build().unwrap();
    let wakers: Arc<[Mutex<Option<Waker>>; TASKS]> = Arc::default();
    let tasks: Vec<_> = (0..TASKS).map(|task| runtime.spawn(stormy(task, polls, Arc::clone(&wakers)))).collect();
    runtime.block_on(async {
        let mut ids = Vec::new();
        for task in tasks {
            ids.push(task.await.unwrap());
        }
        ids
    })
}

async fn stormy(task: usize, polls: usize, wakers: Arc<[Mutex<Option<Waker>>; TASKS]>) -> AsyncId {
    let (id, mut count) = (execution_async_id(), 0);
    poll_fn(|cx| {
        assert_eq!(execution_async_id(), id);
        assert_eq!(COUNT.get().map_or(0, |count| *count), count);
        count += 1;
        if count == polls {
            return Poll::Ready(());
        }
        *wakers[task].lock().unwrap() = Some(cx.waker().clone());
        if count % 64 == task {
            block_in_place(|| COUNT.enter_with(count));
        } else {
            COUNT.enter_with(count);
        }
        let other = wakers[(task + count) % TASKS].lock().unwrap().take();
        cx.waker().wake_by_ref();
        other.into_iter().for_each(Waker::wake);
        Poll::Pending
    })
    .await;
    id
}

#[test]
fn no_poll_misses_what_the_one_before_it_entered() {
    storm(30_000);
}

#[test]
fn the_events_of_each_task_pair_up_and_end_in_one_destroy() {
    let lives = Lives::default();
    let enabled = AsyncHook::new(lives.clone()).enable_scoped();
    let ids = storm(10_000);
    // The runtime is gone, and so are all the callbacks.
    drop(enabled);
    for id in ids {
        let life = lives.0[shard(id)].lock().unwrap().remove(&id).unwrap();
        assert_eq!((life.open, life.is_broken, life.is_destroyed), (0, false, true));
        assert!(life.begun >= 10_000, "{}", life.begun);
    }
}

/// Checks each event as it comes.
#[derive(Clone, Default)]
struct Lives(Arc<[Mutex<HashMap<AsyncId, Life>>; SHARDS]>);

const SHARDS: usize = 16;

#[derive(Default)]
struct Life {
    begun: usize,
    open: usize,
    is_broken: bool,
    is_destroyed: bool,
}

fn shard(id: AsyncId) -> usize {
    id.as_u64() as usize % SHARDS
}

impl Lives {
    fn change(&self, resource: &Resource, change: impl FnOnce(&mut Life)) {
        if let Some(life) = self.0[shard(resource.async_id())].lock().unwrap().get_mut(&resource.async_id()) {
            life.is_broken |= life.is_destroyed;
            change(life);
        }
    }
}

impl Hook for Lives {
    fn init(&self, resource: &Resource) {
        let id = resource.async_id();
        let former = self.0[shard(id)].lock().unwrap().insert(id, Life::default());
        assert!(former.is_none());
    }

    fn before(&self, resource: &Resource) {
        self.change(resource, |life| (life.begun, life.open) = (life.begun + 1, life.open + 1));
    }

    fn after(&self, resource: &Resource) {
        self.change(resource, |life| match life.open.checked_sub(1) {
            Some(open) => life.open = open,
            None => life.is_broken = true,
        });
    }

    fn resolve(&self, resource: &Resource) {
        self.change(resource, |life| life.is_broken |= resource.kind() == "tokio::task");
    }

    fn destroy(&self, resource: &Resource) {
        self.change(resource, |life| (life.is_broken, life.is_destroyed) = (life.is_broken || life.open > 0, true));
    }
}

#[test]
fn a_task_that_blocks_in_place_goes_on_as_itself() {
    let recorder = Recorder::start();
    let runtime = Builder::new_multi_thread().worker_threads(2).async_hooks().build().unwrap();
    let tasks: Vec<_> = (0..50).map(|number| runtime.spawn(COUNT.scope(number, blocking(number)))).collect();
    for task in tasks {
        let id = runtime.block_on(task).unwrap();
        recorder.wait_for_destroy(&[id]);
        let life = recorder.life(id);
        let count = |name| life.iter().filter(|event| **event == name).count();
        assert_eq!((life[0], life[life.len() - 1]), ("init", "destroy"));
        assert_eq!((count("before"), count("destroy")), (count("after"), 1));
    }
}

async fn blocking(number: usize) -> AsyncId {
    let id = execution_async_id();
    let assert_is_itself = || {
        assert_eq!(execution_async_id(), id);
        assert_eq!(COUNT.get().as_deref(), Some(&number));
    };
    for _ in 0..20 {
        block_in_place(assert_is_itself);
        assert_is_itself();
        yield_times(1).await;
        assert_is_itself();
        let child = tokio::spawn(async { COUNT.get().map(|number| *number) });
        let mut child = pin!(child);
        let mut polled = None;
        block_in_place(|| {
            while polled.is_none() {
                let mut cx = std::task::Context::from_waker(Waker::noop());
                if let Poll::Ready(joined) = child.as_mut().poll(&mut cx) {
                    polled = Some(joined);
                }
                std::thread::yield_now();
            }
        });
        assert_eq!(polled.unwrap().unwrap(), Some(number));
        assert_is_itself();
    }
    id
}
