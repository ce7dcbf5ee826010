//! Tasks and blocking jobs that outlive their test, and those that do not.

use std::future::pending;
use std::sync::mpsc;
use std::time::Duration;

use async_hooks::diagnostics::{LeakTest, assert_no_leaks, leak_test};
use async_hooks::prelude::*;
use async_hooks::tokio::{JoinSet, spawn, spawn_blocking};
use tokio::sync::oneshot;
use tokio::task::yield_now;
use tokio::time::{Instant, sleep};

use crate::{current_thread, failure, multi_thread};

fn soon() -> LeakTest {
    leak_test().settle_within(Duration::from_millis(20))
}

#[test]
fn a_forgotten_task_is_named_with_its_line() {
    for runtime in [current_thread(), multi_thread()] {
        let line = line!() + 1;
        let forgetful = async { drop(spawn(pending::<()>())) };
        let message = failure(|| runtime.block_on(soon().run(forgetful)));
        assert!(message.contains("1 leak in 1 group"), "{message}");
        assert!(
            message.contains(&format!("1  tokio::task  crates/async-hooks/tests/leaks/tasks.rs:{line}:")),
            "{message}"
        );
    }
}

#[test]
fn a_blocking_job_that_still_blocks_is_a_leak() {
    for runtime in [current_thread(), multi_thread()] {
        let (release, blocked) = mpsc::channel::<()>();
        let line = line!() + 1;
        let forgetful = async { drop(spawn_blocking(move || blocked.recv())) };
        let message = failure(|| runtime.block_on(soon().run(forgetful)));
        drop(release);
        assert!(
            message.contains(&format!("1  tokio::blocking  crates/async-hooks/tests/leaks/tasks.rs:{line}:")),
            "{message}"
        );
    }
}

#[test]
fn a_task_that_outlives_its_request_is_an_orphan() {
    for runtime in [current_thread(), multi_thread()] {
        let forgetful = async {
            let request = async { drop(spawn(pending::<()>())) }.in_async_resource("request");
            spawn(request).await.unwrap();
        };
        let message = failure(|| runtime.block_on(soon().run(forgetful)));
        assert!(message.contains("1  tokio::task") && message.contains("orphaned"), "{message}");
        assert!(message.contains("triggered by request") && message.contains(", gone, made at"), "{message}");
    }
}

#[test]
fn what_is_joined_aborted_or_dropped_is_no_leak() {
    for runtime in [current_thread(), multi_thread()] {
        for _ in 0..50 {
            runtime.block_on(assert_no_leaks(async {
                spawn(async { spawn(yield_now()).await.unwrap() }).await.unwrap();
                assert!(spawn(async { panic!("on purpose") }).await.is_err());
                spawn_blocking(|| ()).await.unwrap();
                spawn(pending::<()>()).abort();
                let mut set = JoinSet::new();
                set.spawn(pending::<()>());
                drop(set);
            }));
        }
    }
}

#[test]
fn what_ends_by_itself_in_a_moment_is_waited_for() {
    for runtime in [current_thread(), multi_thread()] {
        runtime.block_on(leak_test().settle_within(Duration::from_secs(60)).run(async {
            drop(spawn(sleep(Duration::from_millis(5))));
            drop(spawn(async { spawn_blocking(yield_now).await.unwrap().await }));
        }));
    }
}

#[test]
fn a_paused_clock_does_not_run_on_while_a_test_waits() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
    let an_hour = Duration::from_secs(3600);
    let message = failure(|| runtime.block_on(soon().run(async move { drop(spawn(sleep(an_hour))) })));
    assert!(message.contains("1  tokio::task"), "{message}");

    let elapsed = runtime.block_on(assert_no_leaks(async move {
        let begin = Instant::now();
        spawn(sleep(an_hour)).await.unwrap();
        begin.elapsed()
    }));
    assert!(an_hour <= elapsed && elapsed < 2 * an_hour, "{elapsed:?}");
}

#[test]
fn a_task_of_before_may_live_on() {
    let runtime = multi_thread();
    let _running = runtime.enter();
    let (_stop, stopped) = oneshot::channel::<()>();
    drop(spawn(stopped));
    runtime.block_on(assert_no_leaks(async { spawn(async {}).await.unwrap() }));
}

#[test]
fn a_test_runs_inside_a_task_and_a_local_set_too() {
    let runtime = multi_thread();
    runtime.block_on(async { spawn(assert_no_leaks(async { drop(spawn(yield_now())) })).await.unwrap() });
    let local = tokio::task::LocalSet::new();
    let work = async { drop(async_hooks::tokio::spawn_local(yield_now())) };
    current_thread().block_on(local.run_until(assert_no_leaks(work)));
}

#[test]
fn a_blocked_test_still_fails_when_it_is_polled_again() {
    let (release, blocked) = mpsc::channel::<()>();
    let slow = async move {
        let (start, started) = mpsc::channel();
        drop(spawn_blocking(move || {
            start.send(()).unwrap();
            blocked.recv()
        }));
        // Blocks the test until the job runs.
        started.recv().unwrap();
        pending::<()>().await;
    };
    let runtime = current_thread();
    let message = failure(|| runtime.block_on(leak_test().timeout(Duration::from_millis(10)).run(slow)));
    // The runtime's end waits for the job.
    drop(release);
    assert!(message.contains("taken longer than 10 ms\n\n1 alive: 1 tokio::blocking\n"), "{message}");
    assert!(message.contains("executing for"), "{message}");
}

#[test]
fn a_runtime_takes_its_tasks_along() {
    let guard = leak_test().enter();
    let runtime = multi_thread();
    runtime.block_on(async { drop(spawn(pending::<()>())) });
    drop(runtime);
    drop(guard);

    let kept = multi_thread();
    let message = failure(|| {
        let _guard = soon().enter();
        kept.block_on(async { drop(spawn(pending::<()>())) });
    });
    assert!(message.contains("1  tokio::task"), "{message}");
}
