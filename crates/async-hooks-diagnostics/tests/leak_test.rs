//! The leak test on a bare executor and plain threads.
//!
//! These tests run in parallel, as leak tests may.

use std::future::{pending, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc;
use std::task::Poll;
use std::thread;
use std::time::{Duration, Instant};

use async_hooks_core::{AsyncResource, FutureExt as _, Snapshot};
use async_hooks_diagnostics::{LeakTest, assert_no_leaks, leak_test};
use futures::executor::block_on;

/// Leaks are there at once: no need to wait for them.
fn impatient() -> LeakTest {
    leak_test().settle_within(Duration::ZERO)
}

/// What it panicked with; the empty text if it did not.
fn failure<R>(f: impl FnOnce() -> R) -> String {
    let payload = catch_unwind(AssertUnwindSafe(|| drop(f()))).err();
    payload.and_then(|payload| payload.downcast::<String>().ok()).map_or_else(String::new, |message| *message)
}

#[test]
fn what_outlives_the_test_is_named_with_its_line() {
    let mut kept = Vec::new();
    let line = line!() + 1;
    let message = failure(|| block_on(impatient().run(async { kept.push(AsyncResource::new("query")) })));
    assert!(message.starts_with("something outlives the test\n\n1 leak in 1 group\n"), "{message}");
    assert!(
        message.contains(&format!("1  query  crates/async-hooks-diagnostics/tests/leak_test.rs:{line}:")),
        "{message}"
    );
}

#[test]
fn what_ends_with_the_test_is_no_leak_and_its_output_is_handed_on() {
    let work = async {
        let request = AsyncResource::new("request");
        let query = request.run_in_async_scope(|| async { 42 }.in_async_resource("query"));
        query.await
    };
    assert_eq!(block_on(assert_no_leaks(work)), 42);
}

#[test]
fn an_orphan_is_named_with_the_request_that_it_outlives() {
    let mut kept = Vec::new();
    let work = async {
        let request = AsyncResource::new("request");
        request.run_in_async_scope(|| kept.push(AsyncResource::new("job")));
    };
    let message = failure(|| block_on(impatient().run(work)));
    assert!(message.contains("1  job") && message.contains("orphaned"), "{message}");
    assert!(message.contains("triggered by request") && message.contains(", gone, made at"), "{message}");
}

#[test]
fn what_was_there_before_is_ignored() {
    let before = AsyncResource::new("before");
    let mut kept = None;
    block_on(assert_no_leaks(async {
        before.run_in_async_scope(|| ());
        // A child of what was there before, in the context of before: the test did not cause it.
        before.run_in_async_scope(|| kept = Some(AsyncResource::new("child")));
    }));
}

#[test]
fn what_was_captured_inside_counts_wherever_it_is_used() {
    let (snapshots, captured) = mpsc::channel::<Snapshot>();
    let elsewhere = thread::spawn(move || captured.recv().unwrap().run(|| AsyncResource::new("elsewhere")));
    let mut kept = None;
    let work = async {
        snapshots.send(Snapshot::current()).unwrap();
        kept = elsewhere.join().ok();
    };
    let message = failure(|| block_on(impatient().run(work)));
    assert!(message.contains("1  elsewhere"), "{message}");
}

#[test]
fn what_ends_a_little_later_is_waited_for() {
    let (give, take) = mpsc::channel::<AsyncResource>();
    let later = thread::spawn(move || {
        let late = take.recv().unwrap();
        // The test is over, and this thread has its turn whenever the system likes.
        thread::yield_now();
        drop(late);
    });
    let patient = leak_test().settle_within(Duration::from_secs(60));
    block_on(patient.run(async move { give.send(AsyncResource::new("late")).unwrap() }));
    later.join().unwrap();
}

#[test]
fn a_test_with_nothing_left_does_not_wait() {
    let begin = Instant::now();
    block_on(leak_test().settle_within(Duration::from_secs(3600)).run(async { drop(AsyncResource::new("query")) }));
    assert!(begin.elapsed() < Duration::from_secs(60));
}

#[test]
fn the_wait_for_a_leak_has_a_limit() {
    let mut kept = None;
    let limit = Duration::from_millis(50);
    let begin = Instant::now();
    let message = failure(|| {
        block_on(leak_test().settle_within(limit).run(async { kept = Some(AsyncResource::new("query")) }));
    });
    assert!(begin.elapsed() >= limit && message.contains("1  query"), "{message}");
}

#[test]
fn a_test_inside_a_test_fails_for_what_is_its_own() {
    let mut outer_leak = None;
    let message = failure(|| {
        block_on(impatient().run(async {
            outer_leak = Some(AsyncResource::new("of the outer"));
            assert_no_leaks(async { drop(AsyncResource::new("of the inner")) }).await;
        }));
    });
    assert!(message.contains("1 leak in") && message.contains("of the outer"), "{message}");

    let mut inner_leak = None;
    let message = failure(|| {
        block_on(impatient().run(async {
            let inner = impatient().ignore_kind("of the inner");
            inner.run(async { inner_leak = Some(AsyncResource::new("of the inner")) }).await;
        }));
    });
    assert!(message.contains("1 leak in") && message.contains("of the inner"), "{message}");
}

#[test]
fn what_may_live_on_is_not_waited_for() {
    let mut kept = Vec::new();
    let here = format!("leak_test.rs:{}", line!() + 4);
    let test = leak_test().settle_within(Duration::from_secs(3600)).ignore_kind("pool").ignore_location(&here);
    block_on(test.run(async {
        kept.push(AsyncResource::new("pool"));
        kept.push(AsyncResource::new("placed"));
    }));
    assert_eq!(kept.len(), 2);
}

#[test]
fn a_panic_of_the_test_is_the_one_that_is_seen() {
    let mut kept = None;
    let message = failure(|| {
        block_on(assert_no_leaks(async {
            kept = Some(AsyncResource::new("query"));
            panic!("{}", "its own");
        }));
    });
    assert_eq!(message, "its own");
}

#[test]
fn a_test_dropped_half_way_leaves_nothing_behind() {
    let mut test = Box::pin(assert_no_leaks(pending::<()>().in_async_resource("pending")));
    block_on(poll_fn(|context| {
        assert!(test.as_mut().poll(context).is_pending());
        Poll::Ready(())
    }));
    drop(test);
    block_on(assert_no_leaks(async {}));
}

#[test]
fn a_test_that_takes_too_long_fails_with_the_tree_of_who_is_alive() {
    let work = async { pending::<()>().in_async_resource("endless").await };
    let message = failure(|| block_on(leak_test().timeout(Duration::from_millis(5)).run(work)));
    assert!(message.starts_with("the leak test has taken longer than 5 ms\n\n1 alive: 1 endless\n"), "{message}");
    assert!(message.contains("└─ endless ") && message.contains(" polls, busy "), "{message}");
}

#[test]
fn a_test_in_time_is_left_alone() {
    let test = leak_test().timeout(Duration::MAX);
    assert_eq!(block_on(test.clone().run(async { 7 })), 7);
    drop(test.enter());
}

#[test]
fn a_guard_fails_for_what_this_thread_left_behind() {
    let mut kept = None;
    let message = failure(|| {
        let _guard = impatient().enter();
        kept = Some(AsyncResource::new("query"));
    });
    assert!(message.contains("1  query"), "{message}");

    let message = failure(|| {
        let _guard = impatient().enter();
        kept = Some(AsyncResource::new("query"));
        panic!("{}", "its own");
    });
    assert_eq!(message, "its own", "a second panic would end the process");
}

#[test]
fn a_guard_that_is_gone_marks_nothing() {
    drop(leak_test().enter());
    let kept = AsyncResource::new("later");
    drop(leak_test().enter());
    drop(kept);
}

#[test]
fn a_guard_sees_what_is_created_after_an_outer_guard_was_dropped() {
    let mut kept = None;
    let message = failure(|| {
        let (outer, _inner) = (leak_test().enter(), impatient().enter());
        drop(outer);
        kept = Some(AsyncResource::new("query"));
    });
    assert!(message.contains("1  query"), "{message}");
    // And none is left that marks what comes later.
    let later = AsyncResource::new("later");
    drop(impatient().enter());
    drop(later);
}

#[test]
fn guards_may_be_dropped_in_any_order_and_each_sees_its_own_time() {
    let [mut of_the_second, mut of_the_third] = [None, None];
    let (first, second) = (impatient().enter(), impatient().enter());
    of_the_second.replace(AsyncResource::new("of the second"));
    let third = impatient().enter();
    of_the_third.replace(AsyncResource::new("of the third"));
    drop(of_the_second.take());
    let message = failure(|| drop(second));
    assert!(message.contains("1  of the third") && !message.contains("of the second"), "{message}");
    of_the_second.replace(AsyncResource::new("again"));
    let message = failure(|| drop(third));
    assert!(message.contains("1  of the third") && message.contains("1  again"), "{message}");
    drop((of_the_second.take(), of_the_third.take()));
    drop(first);
    let later = AsyncResource::new("later");
    drop(impatient().enter());
    drop(later);
}
