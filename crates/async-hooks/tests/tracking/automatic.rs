//! Runtimes that track every task.

use async_hooks::diagnostics::tracking_report;
use async_hooks::prelude::*;
use async_hooks::tokio::RuntimeHooks;
use tokio::runtime::{Builder, Runtime};
use tracing_subscriber::prelude::*;

use crate::{YES, answer, remedy, row, turn};

fn runtimes(hooks: impl Fn() -> RuntimeHooks) -> [Runtime; 2] {
    [Builder::new_current_thread(), Builder::new_multi_thread()].map(|mut builder| {
        let builder = builder.worker_threads(2).enable_all();
        builder.async_hooks_with(hooks()).build().expect("a runtime can be had")
    })
}

#[test]
fn a_plain_task_is_tracked_and_carries_values() {
    let _turn = turn();
    for runtime in runtimes(RuntimeHooks::new) {
        let report = runtime.block_on(tracking_report());
        assert_eq!((answer(&report, "tokio::spawn"), remedy(&report, "tokio::spawn")), (YES, ""));
    }
}

#[test]
fn a_task_that_is_detached_is_tracked_without_values_and_the_report_says_why() {
    let _turn = turn();
    for runtime in runtimes(|| RuntimeHooks::new().detach_when(|_| true)) {
        let report = runtime.block_on(tracking_report());
        assert_eq!(answer(&report, "tokio::spawn"), (Some(true), Some(false)));
        assert!(remedy(&report, "tokio::spawn").contains("detach_when"), "{report}");
    }
}

#[test]
fn a_timer_that_fires_while_its_runtime_waits_is_of_the_driver() {
    let _turn = turn();
    let [runtime, _] = runtimes(|| RuntimeHooks::new().driver_wakes());
    let report = runtime.block_on(tracking_report());
    assert_eq!(row(&report, "wake by a timer").remark(), Some("by tokio::driver"));
}

#[test]
fn with_the_spans_of_tokio_jobs_timers_and_wakes_of_plain_tasks_are_tracked() {
    let _turn = turn();
    let _default = tracing::subscriber::set_default(tracing_subscriber::registry().with(async_hooks::tracing::layer()));
    let [runtime, _] = runtimes(RuntimeHooks::new);
    let report = runtime.block_on(tracking_report());
    assert_eq!(answer(&report, "wake of a task of tokio::spawn"), (Some(true), None));
    assert_eq!(answer(&report, "tokio::time::sleep"), (Some(true), None));
}
