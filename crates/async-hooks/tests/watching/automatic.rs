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
