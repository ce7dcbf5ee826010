//! The same over plain `tokio::spawn`, on runtimes that track every task.

use std::sync::mpsc;
use std::time::Duration;

use async_hooks::diagnostics::{BlockedPoll, BlockedPolls, Cancellations, ContextWatch, LossPoint, RequiredExt as _};
use async_hooks::prelude::*;
use async_hooks::{execution_async_id, execution_async_resource};
use tokio::runtime::{Builder, Runtime};

use crate::{PATIENCE, turn};

static USER: AsyncLocal<&str> = AsyncLocal::new().named("user");

fn runtimes() -> [Runtime; 2] {
    let current_thread = Builder::new_current_thread().enable_all().async_hooks().build();
    let multi_thread = Builder::new_multi_thread().worker_threads(2).enable_all().async_hooks().build();
    [current_thread, multi_thread].map(|runtime| runtime.expect("a runtime can be had"))
}

#[test]
fn a_plain_task_that_blocks_is_named_with_its_spawn_while_it_does() {
    let _turn = turn();
    for runtime in runtimes() {
        let (told, reports) = mpsc::channel();
        let tell = move |poll: &BlockedPoll| told.send(poll.clone()).unwrap_or_default();
        let blocked = BlockedPolls::builder().longer_than(Duration::from_millis(5)).on_blocked(tell).build();
        let _enabled = blocked.enable_scoped();
        let block = async move {
            let running = reports.recv_timeout(PATIENCE).expect("the watchdog comes by");
            // The next poll begins when the `after` of this one has been delivered, or soon will be.
            tokio::task::yield_now().await;
            (execution_async_id(), running, reports)
        };
        let line = line!() + 1;
        let (id, running, reports) = runtime.block_on(async { tokio::spawn(block).await }).expect("it does not panic");
        let location = running.resource().expect("it was created in time").location();
        assert_eq!((running.async_id(), location.line(), location.file()), (id, line, file!()));
        let ended = reports.recv_timeout(PATIENCE).expect("it is told of at its end");
        assert!(!ended.is_running() && ended.async_id() == id, "{ended}");
    }
}

#[test]
fn a_plain_task_that_loses_a_value_for_its_children_is_named() {
    let _turn = turn();
    for runtime in runtimes() {
        let watch = ContextWatch::of(&USER).build();
        let _enabled = watch.enable_scoped();
        let request = async {
            let lost = USER.exit(|| tokio::spawn(async { USER.required().map(drop) }));
            let kept = tokio::spawn(async { USER.required().map(drop) });
            assert!(kept.await.expect("it does not panic").is_ok());
            (execution_async_resource(), lost.await.expect("it does not panic").expect_err("it is gone"))
        };
        let (request, lost) =
            runtime.block_on(async { USER.run("alice", || tokio::spawn(request)).await }).expect("it does not panic");
        let LossPoint::EndedBeforeSpawn { creator, created, .. } = lost.lost() else { panic!("{lost}") };
        assert_eq!((creator, created, created.kind()), (request, lost.resource(), "tokio::task"));
        assert_eq!((watch.losses().count(), watch.losses().losses()[0].location()), (1, created.location()));
    }
}

#[test]
fn plain_tasks_say_nothing_of_how_they_end_so_none_is_called_cancelled() {
    let _turn = turn();
    for runtime in runtimes() {
        let cancellations = Cancellations::builder().build();
        cancellations.enable();
        runtime.block_on(async {
            for _ in 0..10 {
                tokio::spawn(async { tokio::task::yield_now().await }).await.expect("it does not panic");
            }
            // A wrapper in between knows more.
            let spawn = |is_done: bool| {
                async_hooks::tokio::spawn(async move {
                    if !is_done {
                        std::future::pending::<()>().await;
                    }
                })
            };
            spawn(true).await.expect("it does not panic");
            let lost = spawn(false);
            tokio::task::yield_now().await;
            lost.abort();
            assert!(lost.await.is_err_and(|error| error.is_cancelled()));
        });
        drop(runtime);
        let report = cancellations.report();
        assert_eq!((report.count(), report.groups().len()), (1, 1), "{report}");
    }
}

#[test]
fn what_blocks_in_place_by_tokios_own_function_is_not_reported_while_it_does_or_afterwards() {
    let _turn = turn();
    let [_, runtime] = runtimes();
    let (told, reports) = mpsc::channel();
    let tell = move |poll: &BlockedPoll| told.send(poll.clone()).unwrap_or_default();
    let limit = Duration::from_millis(20);
    let _enabled = BlockedPolls::builder().longer_than(limit).on_blocked(tell).build().enable_scoped();
    let block = move || {
        AsyncResource::new("in place").run_in_async_scope(|| std::thread::park_timeout(10 * limit));
        std::thread::park_timeout(10 * limit);
    };
    let task = async move { tokio::task::block_in_place(block) };
    runtime.block_on(async { tokio::spawn(task).await }).expect("it does not panic");
    let wrapped = async move { tokio::task::block_in_place(block) };
    runtime.block_on(async { async_hooks::tokio::spawn(wrapped).await }).expect("it does not panic");
    // The thread that has taken the worker's place is watched as that was. What comes until its end is all there is.
    let block = async move {
        std::thread::park_timeout(10 * limit);
        execution_async_id()
    };
    let id = runtime.block_on(async { tokio::spawn(block).await }).expect("it does not panic");
    let mut long = Vec::new();
    loop {
        let report = reports.recv_timeout(PATIENCE).expect("the last one is reported at its end");
        let is_last = !report.is_running() && report.async_id() == id;
        long.extend(Some(report).filter(|report| report.duration() >= 5 * limit));
        if is_last {
            break;
        }
    }
    assert!(long.iter().all(|report| report.async_id() == id), "{long:?}");
}

/// tokio runs its workers inside of blocking jobs, and its spans show them.
#[cfg(feature = "tracing")]
#[test]
fn with_the_spans_of_tokio_a_plain_task_that_blocks_a_worker_is_reported() {
    use tracing_subscriber::prelude::*;
    let _turn = turn();
    let subscriber = tracing_subscriber::registry().with(async_hooks::tracing::layer());
    let dispatch = tracing::Dispatch::new(subscriber);
    let runtime = || {
        let dispatch = dispatch.clone();
        let entered = move || std::mem::forget(tracing::dispatcher::set_default(&dispatch));
        let mut builder = Builder::new_multi_thread();
        builder
            .worker_threads(2)
            .enable_all()
            .on_thread_start(entered)
            .async_hooks()
            .build()
            .expect("a runtime can be had")
    };
    tracing::dispatcher::with_default(&dispatch, || {
        let (told, reports) = mpsc::channel();
        let tell = move |poll: &BlockedPoll| told.send(poll.clone()).unwrap_or_default();
        let limit = Duration::from_millis(5);
        let _enabled = BlockedPolls::builder().longer_than(limit).on_blocked(tell).build().enable_scoped();
        let block = async move { (reports.recv_timeout(PATIENCE).is_ok(), execution_async_resource().kind()) };
        let is_reported = runtime().block_on(async { tokio::spawn(block).await });
        assert_eq!(is_reported.expect("it does not panic"), (true, "tokio::task"));
    });
}
