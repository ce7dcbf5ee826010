//! Who wakes tokio's tasks.

#![allow(clippy::unwrap_used, reason = "a test that meets the impossible may stop there")]

mod runtimes;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_hooks_core::{AsyncId, AsyncResource, EnabledHook, FutureExt as _, create_hook, execution_async_id};
use async_hooks_tokio::{JoinSet, spawn, spawn_blocking};
use tokio::sync::{Notify, mpsc, oneshot};
use tokio::task::coop::consume_budget;
use tokio::task::yield_now;
use tokio::time::{sleep, timeout};

use runtimes::on_each_runtime;

type Edges = Arc<Mutex<Vec<(AsyncId, AsyncId)>>>;

struct Wakes {
    edges: Edges,
    _enabled: EnabledHook,
}

impl Wakes {
    fn start() -> Self {
        let edges = Edges::default();
        let noted = Arc::clone(&edges);
        let hook = create_hook().wake(move |resource, by| {
            let mut edges = noted.lock().unwrap_or_else(PoisonError::into_inner);
            edges.push((resource.async_id(), by.async_id()));
        });
        Wakes { edges, _enabled: hook.build().enable_scoped() }
    }

    fn of(&self, id: AsyncId) -> Vec<AsyncId> {
        let edges = self.edges.lock().unwrap_or_else(PoisonError::into_inner);
        edges.iter().filter(|(woken, _)| *woken == id).map(|(_, by)| *by).collect()
    }
}

#[test]
fn a_sender_wakes_its_receiver() {
    on_each_runtime(async || {
        let wakes = Wakes::start();
        let (waiting, is_waiting) = oneshot::channel();
        let (sender, receiver) = oneshot::channel::<()>();
        let reader = spawn(async {
            let mut receiver = Box::pin(receiver);
            // Registered first, then announced.
            let mut waiting = Some(waiting);
            std::future::poll_fn(|cx| {
                let polled = receiver.as_mut().poll(cx);
                waiting.take().map(|waiting| waiting.send(()));
                polled
            })
            .await
            .unwrap();
            execution_async_id()
        });
        is_waiting.await.unwrap();
        let writer = spawn(async move {
            sender.send(()).unwrap();
            execution_async_id()
        });
        let (reader, writer) = (reader.await.unwrap(), writer.await.unwrap());
        assert_eq!(wakes.of(reader), [writer]);
    });
}

#[test]
fn blocking_jobs_callbacks_and_plain_threads_wake_too() {
    on_each_runtime(async || {
        let wakes = Wakes::start();
        let (sender, mut receiver) = mpsc::unbounded_channel();
        let (answer, mut answered) = mpsc::unbounded_channel();
        let reader = spawn(async move {
            answer.send(None).unwrap();
            while let Some(by) = receiver.recv().await {
                answer.send(Some(by)).unwrap();
            }
            execution_async_id()
        });
        answered.recv().await;
        let from_job = sender.clone();
        let job = spawn_blocking(move || {
            from_job.send(execution_async_id()).unwrap();
            execution_async_id()
        });
        answered.recv().await;
        // Waited for here: its sender would wake as well, if it were the last to be dropped.
        let job = job.await.unwrap();
        let callback = AsyncResource::new("callback");
        callback.run_in_async_scope(|| sender.send(execution_async_id()).unwrap());
        answered.recv().await;
        std::thread::spawn(move || sender.send(execution_async_id()).unwrap()).join().unwrap();
        answered.recv().await;
        let reader = reader.await.unwrap();
        // That it was waiting already each time is likely, not certain; who woke it is.
        // The thread wakes twice: by what it sends, and by dropping the last sender.
        let mut known = [job, callback.async_id(), AsyncId::ROOT, AsyncId::ROOT].into_iter();
        assert!(wakes.of(reader).iter().all(|by| known.any(|known| known == *by)), "{:?}", wakes.of(reader));
    });
}

#[tokio::test(start_paused = true)]
async fn a_timer_wakes_as_the_root() {
    let wakes = Wakes::start();
    let sleeper = spawn(async {
        sleep(Duration::from_secs(1)).await;
        execution_async_id()
    });
    let sleeper = sleeper.await.unwrap();
    assert_eq!(wakes.of(sleeper), [AsyncId::ROOT]);
}

#[tokio::test(start_paused = true)]
async fn what_waits_for_several_things_is_woken_by_the_one_that_came() {
    let wakes = Wakes::start();
    let notify = Arc::new(Notify::new());
    let waiting = Arc::clone(&notify);
    let waiter = spawn(async move {
        let mut set = JoinSet::new();
        set.spawn(std::future::pending::<()>());
        let first = timeout(Duration::from_secs(9), waiting.notified()).await;
        let second = timeout(Duration::from_secs(9), set.join_next()).await;
        (execution_async_id(), first.is_ok(), second.is_ok())
    });
    tokio::task::yield_now().await;
    let notifier = spawn(async move {
        notify.notify_one();
        execution_async_id()
    });
    let notifier = notifier.await.unwrap();
    let (waiter, first, second) = waiter.await.unwrap();
    assert_eq!((first, second), (true, false));
    assert_eq!(wakes.of(waiter), [notifier, AsyncId::ROOT]);
}

#[test]
fn every_task_runs_to_its_end_in_a_storm_of_wakes() {
    on_each_runtime(async || {
        let wakes = Wakes::start();
        let mut set = JoinSet::new();
        let (first, mut previous) = mpsc::channel::<u32>(1);
        for _ in 0..50 {
            let (next, own) = mpsc::channel(1);
            let mut from = std::mem::replace(&mut previous, own);
            set.spawn(async move {
                while let Some(number) = from.recv().await {
                    next.send(number + 1).await.unwrap();
                    tokio::task::yield_now().await;
                }
            });
        }
        let feeder = spawn(
            async move {
                for _ in 0..50 {
                    first.send(0).await.unwrap();
                }
            }
            .in_async_resource("feeder"),
        );
        let mut seen = 0;
        while let Some(number) = previous.recv().await {
            assert_eq!(number, 50);
            seen += 1;
        }
        feeder.await.unwrap();
        set.join_all().await;
        assert_eq!(seen, 50);
        assert!(!wakes.edges.lock().unwrap().is_empty());
    });
}

/// As often as `uses_up_its_budget` does that.
const TIMES: usize = 7;

/// tokio's budget is 128 steps for a poll.
async fn uses_up_its_budget() -> AsyncId {
    for _ in 0..1_000 {
        consume_budget().await;
    }
    execution_async_id()
}

#[test]
fn the_wake_after_a_poll_that_has_used_up_the_budget_is_the_tasks_own() {
    on_each_runtime(async || {
        let wakes = Wakes::start();
        let tasks = Vec::from_iter((0..8).map(|_| spawn(uses_up_its_budget())));
        for task in tasks {
            let id = task.await.unwrap();
            assert_eq!(wakes.of(id), [id; TIMES]);
        }
    });
}

#[test]
fn the_wake_after_a_used_up_budget_is_that_of_each_future_which_is_woken() {
    on_each_runtime(async || {
        let wakes = Wakes::start();
        let outer = spawn(async {
            let inner = uses_up_its_budget().in_async_resource("inner").await;
            [inner, execution_async_id()]
        });
        for id in outer.await.unwrap() {
            assert_eq!(wakes.of(id), [id; TIMES]);
        }
    });
}

#[test]
fn a_timer_after_a_used_up_budget_wakes_as_the_root() {
    on_each_runtime(async || {
        let wakes = Wakes::start();
        let task = spawn(async {
            uses_up_its_budget().await;
            sleep(Duration::from_millis(1)).await;
            execution_async_id()
        });
        let id = task.await.unwrap();
        assert_eq!(wakes.of(id), [&[id; TIMES], &[AsyncId::ROOT][..]].concat());
    });
}

/// tokio wakes a task that yields when its poll has ended.
///
/// Such wakes come where timers and sockets come. Nothing tells them apart.
#[test]
fn wakes_that_tokio_defers_are_the_roots_and_never_another_resources() {
    on_each_runtime(async || {
        let wakes = Wakes::start();
        let yielding = |_| {
            spawn(async {
                for _ in 0..20 {
                    yield_now().await;
                }
                // One more than the budget allows in a poll.
                for _ in 0..1_000 {
                    consume_budget().await;
                }
                execution_async_id()
            })
        };
        let tasks = Vec::from_iter((0..8).map(yielding));
        for task in tasks {
            let id = task.await.unwrap();
            let by = wakes.of(id);
            assert!(by.len() >= 20, "{by:?}");
            assert!(by.iter().all(|by| *by == AsyncId::ROOT || *by == id), "{id}: {by:?}");
        }
    });
}

#[test]
fn wakes_that_tokio_defers_are_the_roots_inside_nested_futures_and_spawned_tasks() {
    on_each_runtime(async || {
        let wakes = Wakes::start();
        let ids = spawn(async {
            let inner = async {
                yield_now().await;
                execution_async_id()
            };
            let inner = inner.in_async_resource("inner").await;
            let child = spawn(async {
                yield_now().await;
                execution_async_id()
            });
            [inner, child.await.unwrap()]
        });
        for id in ids.await.unwrap() {
            let by = wakes.of(id);
            assert!(!by.is_empty() && by.iter().all(|by| *by == AsyncId::ROOT), "{id}: {by:?}");
        }
    });
}
