//! Whom a task waited for, on both runtimes.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::{Duration, Instant};

use async_hooks::recorder::{CriticalPath, FlightRecorder, Recording, Segment, State, WaitingFor};
use async_hooks::{AsyncId, FutureExt as _, execution_async_id};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::{Mutex, oneshot};
use tokio::task::yield_now;

use crate::notes::alone;

/// Longer than a busy machine keeps a thread from running.
const LONG: Duration = Duration::from_millis(100);

/// Keeps the thread for a while.
fn work(time: Duration) {
    let start = Instant::now();
    while start.elapsed() < time {}
}

fn runtimes() -> [Runtime; 2] {
    let current_thread = Builder::new_current_thread().enable_all().build().unwrap();
    let multi_thread = Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    [current_thread, multi_thread]
}

/// Records a program on each runtime; returns recordings, with what the program returned.
fn record<T, F: Future<Output = T>>(program: impl Fn() -> F) -> Vec<(Recording, T)> {
    let run = |runtime: Runtime| {
        let _alone = alone();
        let recorder = FlightRecorder::builder().build();
        recorder.enable();
        let result = runtime.block_on(program());
        (recorder.recording(), result)
    };
    runtimes().into_iter().map(run).collect()
}

fn adds_up(path: &CriticalPath) -> bool {
    path.segments().iter().map(Segment::duration).sum::<Duration>() == path.duration()
}

/// The longest wait of a resource: for whom, and who woke it.
fn longest_wait(recording: &Recording, id: AsyncId) -> (WaitingFor, Option<AsyncId>) {
    let path = recording.critical_path(id);
    assert!(adds_up(&path), "{path}");
    let waits = path.segments().iter().filter_map(|segment| match segment.state() {
        State::Waiting { for_whom, woken_by, .. } => Some((segment.duration(), (*for_whom, *woken_by))),
        _ => None,
    });
    let (duration, wait) = waits.max_by_key(|(duration, _)| *duration).unwrap();
    assert!(duration >= LONG / 2, "{path}");
    wait
}

/// Tells when it waits.
///
/// So what it waits for begins then, however late a thread gets a processor.
async fn wait_and_tell<F: Future>(future: F, waits: oneshot::Sender<()>) -> F::Output {
    let mut future = pin!(future);
    assert!(poll_fn(|context| Poll::Ready(future.as_mut().poll(context).is_pending())).await);
    waits.send(()).unwrap();
    future.await
}

#[test]
fn a_task_that_joins_another_waits_for_it_although_the_runtime_wakes() {
    let join = || async {
        let joiner = async_hooks::tokio::spawn(async {
            let (waits, is_waited_for) = oneshot::channel();
            let joined = async_hooks::tokio::spawn(async {
                is_waited_for.await.unwrap();
                work(LONG);
                execution_async_id()
            });
            (wait_and_tell(joined, waits).await.unwrap(), execution_async_id())
        });
        joiner.await.unwrap()
    };
    let mut told = [false; 2];
    for _ in 0..20 {
        for (told, (recording, (joined, joiner))) in told.iter_mut().zip(record(join)) {
            let wait = longest_wait(&recording, joiner);
            if is_woken_late(&recording, joined, joiner) {
                assert_eq!(wait, (WaitingFor::Unknown, Some(AsyncId::ROOT)));
                continue;
            }
            assert_eq!(wait, (WaitingFor::Resource(joined), Some(AsyncId::ROOT)));
            let text = recording.critical_path(joiner).to_string();
            assert!(text.contains(&format!("waiting for tokio::task {joined}")), "{text}");
            *told = true;
        }
        if told == [true; 2] {
            return;
        }
    }
    panic!("the runtimes have woken late each time: {told:?}");
}

/// Whether the thread lost its processor between a task's end and the wake of its joiner.
///
/// Then that wake may have any cause.
fn is_woken_late(recording: &Recording, ended: AsyncId, woken: AsyncId) -> bool {
    let end = recording.lifetime(ended).unwrap().polls().last().unwrap().end();
    let wakes = recording.lifetime(woken).unwrap().wakes();
    wakes.iter().any(|wake| wake.at() > end && wake.at() - end > Duration::from_millis(1))
}

#[test]
fn a_task_that_wants_a_lock_waits_for_the_task_that_holds_it() {
    let lock = || async {
        let lock = Arc::new(Mutex::new(()));
        let held = Arc::clone(&lock).lock_owned().await;
        let (waits, is_waited_for) = oneshot::channel();
        let holder = async_hooks::tokio::spawn(async move {
            is_waited_for.await.unwrap();
            work(LONG);
            drop(held);
            execution_async_id()
        });
        let waiter = async_hooks::tokio::spawn(async move {
            let _entered = wait_and_tell(lock.lock(), waits).await;
            execution_async_id()
        });
        (holder.await.unwrap(), waiter.await.unwrap())
    };
    for (recording, (holder, waiter)) in record(lock) {
        assert_eq!(longest_wait(&recording, waiter), (WaitingFor::Resource(holder), Some(holder)));
        let path = recording.critical_path(waiter);
        let wait = path.segments().iter().max_by_key(|segment| segment.duration()).unwrap();
        let is_running = |segment: &Segment| matches!(segment.state(), State::Running { .. });
        assert!(wait.meanwhile().iter().any(|segment| is_running(segment) && segment.duration() >= LONG / 2), "{path}");
    }
}

#[test]
fn a_task_that_sleeps_is_woken_by_the_root() {
    let sleep = || async {
        let sleeper = async_hooks::tokio::spawn(async {
            tokio::time::sleep(LONG).await;
            execution_async_id()
        });
        sleeper.await.unwrap()
    };
    for (recording, sleeper) in record(sleep) {
        let (for_whom, woken_by) = longest_wait(&recording, sleeper);
        assert!(matches!(for_whom, WaitingFor::Unknown | WaitingFor::Timer), "{for_whom:?}");
        assert_eq!(woken_by, Some(AsyncId::ROOT));
    }
}

#[test]
fn a_task_that_is_woken_while_the_thread_is_busy_is_queued() {
    let _alone = alone();
    let recorder = FlightRecorder::builder().build();
    recorder.enable();
    let [current_thread, _] = runtimes();
    let (sent, received) = oneshot::channel();
    let id = current_thread.block_on(async {
        let receiver = async_hooks::tokio::spawn(async {
            received.await.unwrap();
            execution_async_id()
        });
        yield_now().await;
        sent.send(()).unwrap();
        work(LONG);
        receiver.await.unwrap()
    });
    let path = recorder.recording().critical_path(id);
    let queued = path.segments().iter().filter(|segment| *segment.state() == State::Queued);
    assert!(adds_up(&path) && queued.map(Segment::duration).max() >= Some(LONG), "{path}");
}

#[test]
fn a_task_that_nobody_wakes_waits_to_the_end_for_unknown_reasons() {
    let lost = || async {
        let (sender, receiver) = oneshot::channel::<()>();
        let (polled, is_polled) = oneshot::channel();
        let lost = async {
            polled.send(()).unwrap();
            let _ = receiver.await;
        };
        let task = async_hooks::tokio::spawn(lost.in_async_resource("lost"));
        // Its wait begins here, however late a worker polls it.
        is_polled.await.unwrap();
        tokio::time::sleep(LONG).await;
        task.abort();
        assert!(task.await.unwrap_err().is_cancelled());
        drop(sender);
    };
    for (recording, ()) in record(lost) {
        let lives = recording.lifetimes().filter(|life| life.kind() == "lost" && !life.polls().is_empty());
        let lost = Vec::from_iter(lives.filter(|life| life.end().is_some()));
        assert!(!lost.is_empty());
        for life in lost {
            assert!(!life.is_resolved());
            assert_eq!(longest_wait(&recording, life.async_id()).0, WaitingFor::Unknown);
        }
    }
}
