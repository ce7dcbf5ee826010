//! Tasks and futures that are dropped before they are done.

use std::future::pending;
use std::time::Duration;

use async_hooks::diagnostics::{CancelCause, CancellationReport, Cancellations, CancelledGroup};
use async_hooks::prelude::*;
use async_hooks::tokio::{JoinSet, spawn, spawn_blocking};

use tokio::sync::oneshot;

use crate::{current_thread, multi_thread, on_both, turn};

fn enabled() -> Cancellations {
    let cancellations = Cancellations::builder().build();
    cancellations.enable();
    cancellations
}

fn only(report: &CancellationReport) -> &CancelledGroup {
    let [group] = report.groups() else { panic!("not one group: {report}") };
    group
}

#[test]
fn an_aborted_task_is_dropped_by_the_runtime() {
    on_both(|| async {
        let cancellations = enabled();
        let line = line!() + 1;
        let task = spawn(pending::<()>());
        tokio::task::yield_now().await;
        task.abort();
        assert!(task.await.is_err_and(|error| error.is_cancelled()));
        let report = cancellations.report();
        let group = only(&report);
        assert_eq!((group.count(), group.kind(), group.location().line()), (1, "tokio::task", line));
        assert_eq!((group.by().kind(), group.ending()), ("root", CancelCause::Dropped));
    });
}

#[test]
fn what_a_time_out_or_a_select_throws_away_is_dropped_by_the_task_that_awaits_it() {
    on_both(|| async {
        let cancellations = enabled();
        let task = spawn(async {
            let late = tokio::time::timeout(Duration::ZERO, pending::<()>().in_async_resource("query")).await;
            assert!(late.is_err());
            tokio::select! {
                biased;
                () = pending::<()>().in_async_resource("query") => {}
                () = async {} => {}
            }
            async_hooks::execution_async_id()
        });
        let id = task.await.expect("it does not panic");
        let report = cancellations.report();
        assert_eq!((report.count(), report.groups().len()), (2, 2));
        assert!(report.groups().iter().all(|group| group.kind() == "query" && group.by().async_id() == id));
        assert!(report.groups().iter().all(|group| group.chain().first().is_some_and(|task| task.async_id() == id)));
    });
}

#[test]
fn what_an_aborted_task_owned_is_dropped_by_that_task() {
    on_both(|| async {
        let cancellations = enabled();
        let (polled, is_polled) = oneshot::channel();
        let query = async move {
            polled.send(()).expect("somebody waits");
            pending::<()>().await;
        };
        let task = spawn(async { query.in_async_resource("query").await });
        is_polled.await.expect("it is polled");
        task.abort();
        assert!(task.await.is_err_and(|error| error.is_cancelled()));
        let report = cancellations.report();
        let of_kind = |kind| report.groups().iter().find(|group| group.kind() == kind).expect("it is dropped");
        assert_eq!((report.count(), of_kind("query").by().kind()), (2, "tokio::task"));
        assert_eq!(of_kind("query").by().location(), of_kind("tokio::task").location());
    });
}

#[test]
fn a_task_that_panics_is_distinguished_from_one_that_is_dropped() {
    on_both(|| async {
        let cancellations = enabled();
        let task = spawn(async { std::panic::resume_unwind(Box::new("on purpose")) });
        assert!(task.await.is_err_and(|error: tokio::task::JoinError| error.is_panic()));
        assert_eq!(only(&cancellations.report()).ending(), CancelCause::Panicked);
    });
}

#[test]
fn a_set_that_is_dropped_cancels_all_that_is_in_it() {
    on_both(|| async {
        let cancellations = enabled();
        let mut set = JoinSet::new();
        for _ in 0..10 {
            set.spawn(pending::<()>());
        }
        set.shutdown().await;
        assert_eq!(only(&cancellations.report()).count(), 10);
    });
}

#[test]
fn a_runtime_that_goes_cancels_what_still_waits() {
    let _turn = turn();
    for runtime in [current_thread(), multi_thread()] {
        let cancellations = enabled();
        runtime.block_on(async {
            for _ in 0..10 {
                spawn(pending::<()>());
            }
        });
        drop(runtime);
        assert_eq!(only(&cancellations.report()).count(), 10);
    }
}

#[test]
fn tasks_that_are_done_and_jobs_that_never_resolve_are_not_cancelled() {
    on_both(|| async {
        let cancellations = enabled();
        for _ in 0..10 {
            spawn(async { tokio::task::yield_now().await }).await.expect("it does not panic");
            spawn_blocking(|| ()).await.expect("it does not panic");
        }
        assert!(cancellations.report().is_empty(), "{}", cancellations.report());
    });
}
