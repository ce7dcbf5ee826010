//! Plain runtimes, and none.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use async_hooks::diagnostics::{Report as _, assert_no_leaks, tracking_report, tracking_report_of};
use async_hooks::prelude::*;
use async_hooks::{execution_async_id, trigger_async_id};
use tokio::runtime::{Builder, Runtime};

use crate::{NO, YES, answer, remedy, row, turn};

fn runtimes() -> [Runtime; 2] {
    [Builder::new_current_thread(), Builder::new_multi_thread()]
        .map(|mut builder| builder.worker_threads(2).enable_all().build().expect("a runtime can be had"))
}

const WRAPPERS: [&str; 7] = [
    "async_hooks::tokio::spawn",
    "async_hooks::tokio::spawn_blocking",
    "async_hooks::tokio::spawn_local",
    "async_hooks::thread::spawn",
    "future.in_async_resource(…)",
    "stream.in_async_resource(…)",
    "async_hooks::bind(…)",
];

const PLAIN: [&str; 7] = [
    "tokio::spawn",
    "tokio::task::spawn_blocking",
    "tokio::task::spawn_local",
    "std::thread::spawn",
    "future polled elsewhere",
    "stream polled elsewhere",
    "callback called elsewhere",
];

#[test]
fn wrappers_are_tracked_everywhere_and_what_is_plain_on_a_plain_runtime_has_a_remedy() {
    let _turn = turn();
    for runtime in runtimes() {
        let report = runtime.block_on(tracking_report());
        for what in WRAPPERS {
            assert_eq!((answer(&report, what), remedy(&report, what)), (YES, ""), "{what}");
        }
        for what in PLAIN {
            assert_eq!(answer(&report, what), NO, "{what}");
            assert!(remedy(&report, what).contains("write `") || cfg!(tokio_unstable), "{report}");
        }
        assert_eq!(answer(&report, "wake of a task of async_hooks::tokio"), (Some(true), None));
        assert_eq!(answer(&report, "wake of a task of tokio::spawn"), (Some(false), None));
        assert_eq!(row(&report, "wake by a timer").remark(), Some("by root"));
    }
}

#[test]
fn a_timer_wakes_its_task_on_a_busy_runtime_too() {
    let _turn = turn();
    // It looks at its timers after each task, so a short one has elapsed before anybody waits for it.
    let runtime = Builder::new_current_thread().enable_all().event_interval(1).build().expect("a runtime can be had");
    let is_over = Arc::new(AtomicBool::new(false));
    (0..2).for_each(|_| drop(runtime.spawn(keep_busy(Arc::clone(&is_over)))));
    let report = runtime.block_on(tracking_report());
    is_over.store(true, Ordering::Relaxed);
    assert_eq!(row(&report, "wake by a timer").remark(), Some("by root"));
}

/// Each task is polled late, behind this.
async fn keep_busy(is_over: Arc<AtomicBool>) {
    while !is_over.load(Ordering::Relaxed) {
        let start = Instant::now();
        while start.elapsed() < Duration::from_millis(2) {}
        tokio::task::yield_now().await;
    }
}

#[test]
fn the_report_says_how_to_track_all_tasks_in_this_build() {
    let _turn = turn();
    let [runtime, _] = runtimes();
    let report = runtime.block_on(tracking_report());
    let says_cfg = remedy(&report, "tokio::spawn").contains("--cfg tokio_unstable");
    assert_eq!(says_cfg, !async_hooks::tokio::automatic());
    assert!(remedy(&report, "tokio::spawn").contains("Builder::async_hooks()"));
}

#[test]
fn a_report_can_be_asked_for_in_a_spawned_task_and_inside_a_local_set() {
    let _turn = turn();
    for runtime in runtimes() {
        let report =
            runtime.block_on(async { tokio::spawn(tracking_report_of("a")).await }).expect("it does not panic");
        assert_eq!(answer(&report, "async_hooks::tokio::spawn"), YES);
        let report = runtime.block_on(tokio::task::LocalSet::new().run_until(tracking_report_of("a")));
        assert_eq!(answer(&report, "async_hooks::tokio::spawn_local"), YES);
    }
}

#[test]
fn the_caller_keeps_its_ids_and_values_and_nothing_stays_alive() {
    let _turn = turn();
    static USER: AsyncLocal<&str> = AsyncLocal::new();
    for runtime in runtimes() {
        let caller = async {
            let before = (execution_async_id(), trigger_async_id(), USER.get());
            let report = assert_no_leaks(tracking_report()).await;
            assert_eq!((execution_async_id(), trigger_async_id(), USER.get()), before);
            report
        };
        let report = runtime.block_on(runtime.spawn_tracked(USER.scope("alice", caller))).expect("it does not panic");
        assert_eq!(answer(&report, "async_hooks::tokio::spawn"), YES);
    }
}

#[test]
fn outside_a_runtime_the_report_says_so_and_tries_the_rest() {
    let _turn = turn();
    let report = futures::executor::block_on(tracking_report());
    assert!(row(&report, "tokio::spawn").remark().expect("a remark").contains("no runtime"));
    assert!(report.runtime().starts_with("no runtime"), "{report}");
    assert_eq!(answer(&report, "async_hooks::thread::spawn"), YES);
}

#[test]
fn a_runtime_that_nobody_drives_is_not_waited_for() {
    let _turn = turn();
    let [idle, _] = runtimes();
    let _entered = idle.enter();
    let begin = Instant::now();
    let report = futures::executor::block_on(tracking_report());
    assert!(begin.elapsed() < Duration::from_secs(30));
    assert!(row(&report, "tokio::spawn").remark().expect("a remark").contains("nothing drives"), "{report}");
}

#[test]
fn a_runtime_without_timers_is_asked_about_the_rest() {
    let _turn = turn();
    let runtime = Builder::new_current_thread().build().expect("a runtime can be had");
    let report = runtime.block_on(tracking_report());
    assert_eq!(row(&report, "tokio::time::sleep").remark(), Some("this runtime has no timers"));
    assert_eq!(answer(&report, "async_hooks::tokio::spawn"), YES);
}

#[test]
fn a_paused_clock_does_not_keep_the_report_waiting() {
    let _turn = turn();
    let runtime = Builder::new_current_thread().enable_time().start_paused(true).build().expect("a runtime can be had");
    let report = runtime.block_on(tracking_report());
    assert_eq!(row(&report, "wake by a timer").remark(), Some("by root"));
}

#[test]
fn a_report_is_aligned_plain_text_with_each_remedy_once_and_colours_when_asked() {
    let _turn = turn();
    let [runtime, _] = runtimes();
    let report = runtime.block_on(tracking_report());
    let text = report.to_string();
    let column = |line: &str, word: &str| line.find(word).map(|at| line[..at].chars().count());
    let line = |begin: &str| text.lines().find(|line| line.trim_start().starts_with(begin)).expect("such a line");
    let tracked = column(line("tracked"), "tracked");
    assert_eq!(column(line("async_hooks::bind(…)"), "yes"), tracked, "{text}");
    assert_eq!(column(line("std::thread::spawn"), "no"), tracked, "{text}");
    assert_eq!(text.matches("`async_hooks::thread::spawn(…)`").count(), 1, "{text}");
    assert!(!text.contains('\u{1b}') && report.ansi(true).to_string().contains('\u{1b}'));
}

#[test]
fn a_hostile_target_neither_forges_a_line_nor_drives_a_terminal() {
    let _turn = turn();
    let [runtime, _] = runtimes();
    let report = runtime.block_on(tracking_report_of("a\n  tokio::spawn  yes  yes\u{1b}[2J"));
    assert!(!report.to_string().contains('\u{1b}'));
    assert_eq!(report.to_string().lines().filter(|line| line.starts_with("  tokio::spawn ")).count(), 1, "{report}");
    let report = runtime.block_on(tracking_report_of(&"x".repeat(1 << 20)));
    assert!(report.to_string().len() < 20_000);
}
