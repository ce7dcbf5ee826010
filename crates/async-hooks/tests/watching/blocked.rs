//! Tasks that block.

use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::Duration;

use async_hooks::diagnostics::{BlockedPoll, BlockedPolls, EnabledTool};
use async_hooks::prelude::*;
use async_hooks::tokio::{spawn, spawn_blocking};
use async_hooks::{AsyncId, execution_async_id};

use crate::{PATIENCE, current_thread, multi_thread, on_both, turn};

const LIMIT: Duration = Duration::from_millis(5);

/// Longer than a busy machine keeps a thread from running.
const LONG: Duration = Duration::from_millis(200);

fn enabled() -> (EnabledTool, Receiver<BlockedPoll>) {
    let (told, reports) = mpsc::channel();
    let tell = move |poll: &BlockedPoll| told.send(poll.clone()).unwrap_or_default();
    (BlockedPolls::builder().longer_than(LIMIT).on_blocked(tell).build().enable_scoped(), reports)
}

/// Blocks until the watchdog has reported it.
async fn block(reports: Receiver<BlockedPoll>) -> (AsyncId, BlockedPoll, Receiver<BlockedPoll>) {
    tokio::task::yield_now().await;
    let running = reports.recv_timeout(PATIENCE).expect("the watchdog comes by");
    tokio::task::yield_now().await;
    (execution_async_id(), running, reports)
}

#[test]
fn a_task_that_blocks_is_named_with_its_spawn_and_its_chain_while_it_does() {
    on_both(|| async {
        let (_blocked, reports) = enabled();
        let parent = async move {
            let line = line!() + 1;
            let task = spawn(block(reports));
            let (id, running, reports) = task.await.expect("it does not panic");
            assert_eq!((running.async_id(), running.is_running()), (id, true));
            let resource = running.resource().expect("it was created in time");
            assert_eq!((resource.kind(), resource.location().line()), ("tokio::task", line));
            assert_eq!(running.chain().first().map(|parent| parent.async_id()), Some(execution_async_id()));
            assert!(reports.try_iter().any(|poll| !poll.is_running() && poll.async_id() == id));
        };
        spawn(parent).await.expect("it does not panic");
    });
}

#[test]
fn a_runtime_that_stands_still_is_reported_from_outside() {
    let _turn = turn();
    let (_blocked, reports) = enabled();
    let (release, locked) = mpsc::channel::<()>();
    let runtime = thread::spawn(move || {
        current_thread().block_on(async {
            // It waits for what only another task of this very thread could send: the deadlock of every beginner.
            spawn(async move { locked.recv() }).await
        })
    });
    let running = reports.recv_timeout(PATIENCE).expect("the watchdog comes by");
    assert!(running.is_running());
    assert!(running.thread().starts_with("ThreadId("), "{running}");
    release.send(()).expect("it still waits");
    assert!(runtime.join().is_ok_and(|outcome| outcome.is_ok()));
}

#[test]
fn a_task_that_only_waits_and_a_job_that_may_block_are_not_reported() {
    let _turn = turn();
    for runtime in [current_thread(), multi_thread()] {
        let (_blocked, reports) = enabled();
        runtime.block_on(async {
            let (finish, finished) = tokio::sync::oneshot::channel::<()>();
            let waits = spawn(finished.in_async_resource("waits"));
            let job = spawn_blocking(|| AsyncResource::new("inside").run_in_async_scope(|| spin(LONG)));
            job.await.expect("it does not panic");
            finish.send(()).expect("it still waits");
            waits.await.expect("it does not panic").expect("sent");
        });
        // A poll that a busy machine held up is not what this is about; of those none took a whole job's time.
        let is_wrong = |poll: &BlockedPoll| {
            let kind = poll.resource().map_or("", |resource| resource.kind());
            ["inside", "tokio::blocking"].contains(&kind) || (kind == "waits" && poll.duration() >= LONG)
        };
        assert_eq!(reports.try_iter().filter(is_wrong).count(), 0);
    }
}

#[test]
fn what_blocks_in_place_is_not_reported_and_neither_is_the_task_around_it() {
    let _turn = turn();
    let (_enabled, reports) = enabled();
    multi_thread().block_on(async {
        let task = spawn(async { async_hooks::tokio::block_in_place(|| spin(LONG)) });
        task.await.expect("it does not panic");
    });
    // A busy machine may hold up the rest of the poll; it does not take as long as the section.
    let is_wrong = |poll: &BlockedPoll| poll.duration() >= LONG;
    assert_eq!(reports.try_iter().filter(is_wrong).count(), 0);
}

/// Spins for much longer than the limit, under this kind.
fn spin_as(kind: &'static str) {
    AsyncResource::new(kind).run_in_async_scope(|| spin(6 * LIMIT));
}

fn reported(reports: &Receiver<BlockedPoll>, kind: &str) -> bool {
    reports.try_iter().any(|poll| poll.resource().is_some_and(|resource| resource.kind() == kind))
}

#[test]
fn a_call_is_reported_on_a_worker_and_inside_the_block_on_of_a_current_thread_runtime() {
    let _turn = turn();
    let (_enabled, reports) = enabled();
    current_thread().block_on(async { spin_as("in the root future") });
    assert!(reported(&reports, "in the root future"));
    for runtime in [current_thread(), multi_thread()] {
        runtime.block_on(async { tokio::spawn(async { spin_as("on a worker") }).await }).expect("it does not panic");
        assert!(reported(&reports, "on a worker"));
    }
}

#[test]
fn a_call_on_a_thread_that_drives_no_runtime_is_not_reported() {
    let _turn = turn();
    let (_enabled, reports) = enabled();
    spin_as("on a plain thread");
    multi_thread().block_on(async { spin_as("beside the workers") });
    let job = async_hooks::bind(|()| spin(6 * LIMIT));
    thread::spawn(move || job(())).join().expect("it does not panic");
    let in_job = || tokio::task::spawn_blocking(|| spin_as("in a plain blocking job"));
    for runtime in [current_thread(), multi_thread()] {
        runtime.block_on(async { in_job().await }).expect("it does not panic");
    }
    assert_eq!(reports.try_iter().count(), 0);
}

#[test]
fn a_poll_is_reported_on_any_thread() {
    let _turn = turn();
    let (_enabled, reports) = enabled();
    thread::spawn(|| futures::executor::block_on(async { spin(6 * LIMIT) }.in_async_resource("elsewhere")))
        .join()
        .expect("it does not panic");
    assert!(reported(&reports, "elsewhere"));
}

#[test]
fn a_poll_that_calls_for_too_long_where_calls_do_not_count_is_reported_itself() {
    let _turn = turn();
    let (_enabled, reports) = enabled();
    let future = async { spin_as("call") }.in_async_resource("poll");
    thread::spawn(|| futures::executor::block_on(future)).join().expect("it does not panic");
    let kinds = Vec::from_iter(reports.try_iter().filter_map(|poll| poll.resource()).map(|resource| resource.kind()));
    assert!(!kinds.is_empty() && kinds.iter().all(|kind| *kind == "poll"), "{kinds:?}");
}

#[test]
fn an_idle_block_on_inside_a_scope_is_not_reported() {
    let _turn = turn();
    let (_enabled, reports) = enabled();
    for runtime in [current_thread(), multi_thread()] {
        let waits = || runtime.block_on(async { tokio::time::sleep(6 * LIMIT).await });
        AsyncResource::new("main").run_in_async_scope(waits);
        assert!(!reported(&reports, "main"));
    }
}

fn spin(time: Duration) {
    let begin = std::time::Instant::now();
    while begin.elapsed() < time {
        std::hint::spin_loop();
    }
}
