//! Values that only tasks hold, some with a drop that runs foreign code.

#![cfg(tokio_unstable)]
#![allow(clippy::unwrap_used, reason = "a test that meets the impossible may stop there")]

mod recorder;
#[path = "automatic/runtimes.rs"]
mod runtimes;

use std::future::{Future, pending};
use std::pin::Pin;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak};
use std::thread;

use async_hooks_core::{AsyncId, AsyncLocal, execution_async_id, trigger_async_id};
use recorder::Recorder;
use runtimes::steering::yield_times;
use runtimes::{current_thread, multi_thread, on_each};
use tokio::runtime::Handle;
use tokio::task::JoinHandle;

/// Does something when it is dropped.
struct Last(Box<dyn Fn() + Send + Sync>);

impl Drop for Last {
    fn drop(&mut self) {
        (self.0)();
    }
}

static LAST: AsyncLocal<Last> = AsyncLocal::new();
static USER: AsyncLocal<&str> = AsyncLocal::new();

fn last(f: impl Fn() + Send + Sync + 'static) -> Last {
    Last(Box::new(f))
}

/// Waits until the value is dropped: when the last poll has ended, perhaps after the join.
fn wait_until_gone<T>(value: &Weak<T>) {
    while value.strong_count() > 0 {
        thread::yield_now();
    }
}

/// Whether any hook is enabled makes a difference here.
fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The same with a hook and without: a hook changes which poll is the last to hold the task.
fn with_and_without_a_hook(test: impl Fn()) {
    let _alone = alone();
    test();
    let _recorder = Recorder::start();
    test();
}

/// The runtime is as it was: it spawns, it polls, and ids and values are nobody's.
async fn assert_unharmed() {
    assert_eq!((execution_async_id(), USER.get()), (AsyncId::ROOT, None));
    let seen = tokio::spawn(async {
        yield_times(2).await;
        (trigger_async_id(), USER.get(), LAST.with(|last| last.is_some()))
    });
    assert_eq!(seen.await.unwrap(), (Some(AsyncId::ROOT), None, false));
}

#[test]
fn a_value_goes_with_the_last_task_that_has_it() {
    with_and_without_a_hook(|| {
        on_each(async || {
            let value = Arc::new(last(|| ()));
            let weak = Arc::downgrade(&value);
            let family = async {
                let child = tokio::spawn(async {
                    yield_times(2).await;
                    tokio::spawn(yield_times(2)).await.unwrap();
                });
                yield_times(1).await;
                child.await.unwrap();
                assert!(LAST.with(|last| last.is_some()));
            };
            LAST.run(value, || tokio::spawn(family)).await.unwrap();
            wait_until_gone(&weak);
        });
    });
}

#[test]
fn a_value_goes_with_a_task_however_it_ends() {
    with_and_without_a_hook(|| {
        on_each(async || {
            let value = Arc::new(last(|| ()));
            let weak = Arc::downgrade(&value);
            let spawn = |future: fn() -> JoinHandle<()>| LAST.run(Arc::clone(&value), future);
            let panics = spawn(|| tokio::spawn(async { std::panic::resume_unwind(Box::new(())) }));
            let unpolled = spawn(|| tokio::spawn(pending()));
            unpolled.abort();
            let waits = spawn(|| tokio::spawn(pending()));
            yield_times(2).await;
            waits.abort();
            let replaces = tokio::spawn(async {
                LAST.enter_with(last(|| ()));
                yield_times(1).await;
            });
            drop(value);
            for ended in [panics, unpolled, waits, replaces] {
                let _ = ended.await;
            }
            wait_until_gone(&weak);
        });
    });
}

#[test]
fn a_task_drops_its_values_when_destroy_has_been_sent() {
    let _alone = alone();
    let recorder = Arc::new(Recorder::start());
    let runtime = current_thread();
    let (told, tells) = channel();
    let spawn = |future: Pin<Box<dyn Future<Output = ()> + Send>>| {
        let (hearing, told) = (Arc::clone(&recorder), told.clone());
        let id = Arc::new(OnceLock::new());
        let known = Arc::clone(&id);
        let value = last(move || _ = told.send(hearing.life(*known.get().unwrap())));
        let identified = async move {
            id.set(execution_async_id()).unwrap();
            future.await;
        };
        drop(LAST.run(value, || runtime.spawn(identified)));
        runtime.block_on(yield_times(3));
    };
    spawn(Box::pin(yield_times(1)));
    assert_eq!(tells.try_recv().unwrap(), ["init", "before", "after", "before", "after", "destroy"]);
    // Here no poll of it is open when it ends.
    spawn(Box::pin(pending()));
    drop(runtime);
    assert_eq!(tells.try_recv().unwrap(), ["init", "before", "after", "destroy"]);
}

#[test]
fn a_value_that_is_replaced_goes_at_once() {
    on_each(async || {
        let value = Arc::new(last(|| ()));
        let weak = Arc::downgrade(&value);
        // Begins when the `run` here has dropped the value.
        let (let_it_begin, begin) = tokio::sync::oneshot::channel::<()>();
        let replacing = async move {
            begin.await.unwrap();
            LAST.enter_with(last(|| ()));
            weak.strong_count()
        };
        let task = LAST.run(value, || tokio::spawn(replacing));
        let_it_begin.send(()).unwrap();
        assert_eq!(task.await.unwrap(), 0);
    });
}

#[test]
fn a_value_whose_drop_panics_harms_nobody() {
    with_and_without_a_hook(|| {
        on_each(async || {
            let panicking = || last(|| std::panic::resume_unwind(Box::new("dropped")));
            // Ends when the `run` here has dropped the value, so that the task drops it last.
            let (let_it_end, end) = tokio::sync::oneshot::channel::<()>();
            let ends = LAST.run(panicking(), || tokio::spawn(async { end.await.unwrap() }));
            let_it_end.send(()).unwrap();
            let unpolled = LAST.run(panicking(), || tokio::spawn(pending::<()>()));
            unpolled.abort();
            let enters = tokio::spawn(async move {
                LAST.enter_with(panicking());
                yield_times(1).await;
                7
            });
            ends.await.unwrap();
            assert!(unpolled.await.unwrap_err().is_cancelled());
            assert_eq!(enters.await.unwrap(), 7);
            assert_unharmed().await;
        });
    });
}

#[test]
fn values_whose_drop_panics_do_not_keep_a_runtime_from_going() {
    with_and_without_a_hook(|| {
        for runtime in [current_thread(), multi_thread()] {
            let value = || last(|| std::panic::resume_unwind(Box::new("dropped")));
            let tasks = [(); 10].map(|()| LAST.run(value(), || runtime.spawn(pending::<()>())));
            runtime.block_on(yield_times(2));
            drop(runtime);
            for task in tasks {
                assert!(current_thread().block_on(task).unwrap_err().is_cancelled());
            }
        }
    });
}

/// A value whose drop tells from where, and spawns; what is spawned there tells as well.
fn spawning(told: Sender<(AsyncId, Option<&'static str>)>) -> Last {
    let handle = Handle::current();
    last(move || {
        let tell = |told: &Sender<_>| {
            let _ = told.send((execution_async_id(), USER.get().map(|user| *user)));
        };
        tell(&told);
        USER.run("dropping", || {
            let told = told.clone();
            drop(handle.spawn(async move { tell(&told) }));
        });
    })
}

#[test]
fn a_value_whose_drop_spawns_and_reads_finds_everything_in_order() {
    with_and_without_a_hook(|| {
        on_each(async || {
            let (told, tells): (_, Receiver<_>) = channel();
            let value = Arc::new(spawning(told));
            let weak = Arc::downgrade(&value);
            let ended = LAST.run(value, || tokio::spawn(yield_times(1)));
            ended.await.unwrap();
            wait_until_gone(&weak);
            // The value is dropped outside, where the poll has left everything as it was.
            let tells = tokio::task::spawn_blocking(move || tells.iter().collect::<Vec<_>>()).await.unwrap();
            assert_eq!(tells.len(), 2);
            assert_eq!(tells[0], (AsyncId::ROOT, None));
            assert_eq!(tells[1].1, Some("dropping"));
            assert_ne!(tells[1].0, AsyncId::ROOT);
            assert_unharmed().await;
        });
    });
}

#[test]
fn a_value_dropped_while_a_task_enters_another_enters_a_third() {
    on_each(async || {
        let task = tokio::spawn(async {
            LAST.enter_with(last(|| USER.enter_with("by the value that goes")));
            yield_times(1).await;
            LAST.enter_with(last(|| ()));
            let at_once = USER.get();
            yield_times(1).await;
            (at_once, USER.get())
        });
        let expected = Some(Arc::new("by the value that goes"));
        assert_eq!(task.await.unwrap(), (expected.clone(), expected));
        assert_unharmed().await;
    });
}
