//! The wakers that tasks are polled with while a hook wants wakes.
//!
//! They do what the task's own do, and keep nothing.

mod waking;

use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier, Mutex};
use std::task::{Context, Poll, Wake, Waker};
use std::thread;

use allocation_counter::measure;
use async_hooks_core::{AsyncId, AsyncResource, FutureExt as _, execution_async_id};

use waking::{Kept, Wakes, counting, keeping, lock, poll_with, taken};

#[test]
fn a_kept_waker_is_the_same_from_poll_to_poll() {
    let _wakes = Wakes::of("kept");
    let (kept, (_, waker)) = (Kept::default(), counting());
    let mut reader = pin!(keeping(&kept).in_async_resource("kept"));
    poll_with(reader.as_mut(), &waker);
    let first = taken(&kept);
    for _ in 0..3 {
        poll_with(reader.as_mut(), &waker);
        assert!(taken(&kept).will_wake(&first));
    }
    let mut other = pin!(keeping(&kept).in_async_resource("kept"));
    poll_with(other.as_mut(), &waker);
    assert!(!taken(&kept).will_wake(&first), "each resource has a waker of its own");
}

#[test]
fn with_its_waker_kept_a_poll_allocates_nothing() {
    let _wakes = Wakes::of("not allocating");
    let (kept, (_, waker)) = (Kept::default(), counting());
    let mut reader = pin!(keeping(&kept).in_async_resource("not allocating"));
    poll_with(reader.as_mut(), &waker);
    assert_eq!(measure(|| (0..100).for_each(|_| poll_with(reader.as_mut(), &waker))).count_total, 0);
}

#[test]
fn a_future_polled_by_another_task_wakes_that_one() {
    let wakes = Wakes::of("moved");
    let (kept, (first, first_waker), (second, second_waker)) = (Kept::default(), counting(), counting());
    let mut reader = pin!(keeping(&kept).in_async_resource("moved"));
    poll_with(reader.as_mut(), &first_waker);
    let outdated = taken(&kept);
    poll_with(reader.as_mut(), &second_waker);
    taken(&kept).wake();
    assert_eq!((first.count(), second.count(), wakes.count()), (0, 1, 1));
    outdated.wake();
    assert_eq!((first.count(), second.count(), wakes.count()), (1, 1, 2));
}

#[test]
fn nothing_of_a_task_is_kept_that_everybody_else_has_forgotten() {
    let _wakes = Wakes::of("forgotten");
    let kept = Kept::default();
    let (counting, waker) = counting();
    let references = || Arc::strong_count(&counting);
    let mut reader = Box::pin(keeping(&kept).in_async_resource("forgotten"));
    assert_eq!(references(), 2);
    poll_with(reader.as_mut(), &waker);
    assert_eq!(references(), 3);
    drop(taken(&kept));
    assert_eq!(references(), 2, "the future is still there, and holds nothing");
    poll_with(reader.as_mut(), &waker);
    taken(&kept).wake();
    assert_eq!(references(), 2);
    drop(reader);
}

/// A task that is kept alive by its wakers alone, as those of many executors are.
struct Task {
    future: Mutex<Option<Pin<Box<dyn Future<Output = ()> + Send>>>>,
    _at_end: OnDropSend,
}

struct OnDropSend(Arc<AtomicUsize>);

impl Drop for OnDropSend {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

impl Wake for Task {
    fn wake(self: Arc<Self>) {}
}

#[test]
fn the_last_waker_may_take_its_task_with_it() {
    let wakes = Wakes::of("held by its waker");
    let (kept, ended) = (Kept::default(), Arc::new(AtomicUsize::new(0)));
    let future = keeping(&kept).in_async_resource("held by its waker");
    let at_end = OnDropSend(Arc::clone(&ended));
    let task = Arc::new(Task { future: Mutex::new(Some(Box::pin(future))), _at_end: at_end });
    for _ in 0..3 {
        let waker = Waker::from(Arc::clone(&task));
        poll_with(lock(&task.future).as_mut().expect("not done").as_mut(), &waker);
        taken(&kept).wake_by_ref();
    }
    poll_with(lock(&task.future).as_mut().expect("not done").as_mut(), &Waker::from(Arc::clone(&task)));
    drop(task);
    assert_eq!(ended.load(Ordering::SeqCst), 0);
    taken(&kept).wake();
    assert_eq!((ended.load(Ordering::SeqCst), wakes.count()), (1, 4));
}

#[test]
fn no_wake_is_lost_or_told_twice_among_threads() {
    const ROUNDS: usize = 300;
    let wakes = Wakes::of("contended");
    let (counting, waker) = counting();
    let (kept, started) = (Kept::default(), Barrier::new(3));
    let mut reader = Box::pin(keeping(&kept).in_async_resource("contended"));
    poll_with(reader.as_mut(), &waker);
    let own = lock(&kept).clone().expect("it was polled");
    thread::scope(|scope| {
        for kind in ["one", "other"] {
            let (own, started) = (&own, &started);
            scope.spawn(move || {
                started.wait();
                for _ in 0..ROUNDS {
                    AsyncResource::new(kind).run_in_async_scope(|| own.wake_by_ref());
                }
            });
        }
        started.wait();
        for _ in 0..ROUNDS {
            poll_with(reader.as_mut(), &waker);
        }
    });
    assert_eq!((counting.count(), wakes.count()), (2 * ROUNDS, 2 * ROUNDS));
    assert_eq!(wakes.by().iter().filter(|by| **by == "one").count(), ROUNDS);
    assert_eq!(execution_async_id(), AsyncId::ROOT);
}

#[test]
fn a_resource_that_ends_while_others_wake_it_loses_no_wake_of_the_tasks() {
    for _ in 0..200 {
        let wakes = Wakes::of("ending");
        let (kept, (counting, waker), started) = (Kept::default(), counting(), Barrier::new(2));
        let mut reader = Box::pin(keeping(&kept).in_async_resource("ending"));
        poll_with(reader.as_mut(), &waker);
        let own = taken(&kept);
        thread::scope(|scope| {
            scope.spawn(|| {
                started.wait();
                own.wake_by_ref();
            });
            started.wait();
            drop(reader);
        });
        assert_eq!(counting.count(), 1);
        let heard = wakes.count();
        own.wake();
        assert_eq!((counting.count(), wakes.count()), (2, heard), "by now it has ended for everybody");
    }
}

#[test]
fn with_its_waker_not_kept_a_poll_allocates_nothing_either() {
    let _wakes = Wakes::of("keeping no waker");
    let (_, waker) = counting();
    let mut pending = pin!(std::future::pending::<()>().in_async_resource("keeping no waker"));
    poll_with(pending.as_mut(), &waker);
    assert_eq!(measure(|| (0..100).for_each(|_| poll_with(pending.as_mut(), &waker))).count_total, 0);
}

#[test]
fn every_waker_of_a_future_that_moved_is_silent_after_the_end() {
    let wakes = Wakes::of("moved and ended");
    let (kept, tasks) = (Kept::default(), [(); 4].map(|()| counting()));
    let mut reader = Box::pin(keeping(&kept).in_async_resource("moved and ended"));
    let left = tasks.each_ref().map(|(_, waker)| {
        poll_with(reader.as_mut(), waker);
        taken(&kept)
    });
    left.iter().for_each(Waker::wake_by_ref);
    assert_eq!(wakes.count(), 4);
    drop(reader);
    left.into_iter().for_each(Waker::wake);
    assert_eq!(wakes.count(), 4);
    assert!(tasks.iter().all(|(counting, _)| counting.count() == 2), "the tasks are woken all the same");
}

#[test]
fn what_a_future_that_moves_again_and_again_remembers_does_not_grow() {
    let _wakes = Wakes::of("moving");
    let (kept, (_, first), (_, second)) = (Kept::default(), counting(), counting());
    let mut reader = pin!(keeping(&kept).in_async_resource("moving"));
    let mut move_around = |times| {
        for _ in 0..times {
            poll_with(reader.as_mut(), &first);
            let _left_for_a_while = taken(&kept);
            poll_with(reader.as_mut(), &second);
            drop(taken(&kept));
        }
    };
    move_around(10);
    let (once, often) = (measure(|| move_around(1)), measure(|| move_around(1000)));
    assert_eq!(often.count_total, 1000 * once.count_total);
    assert!(often.bytes_max <= 2 * once.bytes_max, "{often:?}");
}

#[test]
fn what_a_panicking_poll_has_left_is_silent_after_the_end() {
    let wakes = Wakes::of("panicking");
    let (counting, waker) = counting();
    let left = Mutex::new(None);
    let mut reader = Box::pin(
        poll_fn(|cx| -> Poll<()> {
            *lock(&left) = Some(cx.waker().clone());
            resume_unwind(Box::new("while it is polled"))
        })
        .in_async_resource("panicking"),
    );
    let polled = catch_unwind(AssertUnwindSafe(|| reader.as_mut().poll(&mut Context::from_waker(&waker))));
    assert!(polled.is_err());
    let left = lock(&left).take().expect("it was polled");
    left.wake_by_ref();
    assert_eq!(wakes.count(), 1);
    drop(reader);
    left.wake();
    assert_eq!((counting.count(), wakes.count()), (2, 1));
}
