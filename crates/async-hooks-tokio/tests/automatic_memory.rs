//! What tracking costs in bytes: while tasks live, and when they have ended.

#![cfg(tokio_unstable)]
#![allow(clippy::unwrap_used, reason = "a test that meets the impossible may stop there")]

#[path = "automatic/runtimes.rs"]
mod runtimes;

use std::fs;
use std::future::pending;
use std::sync::Mutex;

use allocation_counter::measure;
use async_hooks_core::AsyncLocal;
use async_hooks_tokio::BuilderExt as _;
use runtimes::steering::yield_times;
use runtimes::{current_thread, multi_thread};
use tokio::runtime::{Builder, Runtime};

static NUMBER: AsyncLocal<usize> = AsyncLocal::new();

/// The tables are the process's.
static ALONE: Mutex<()> = Mutex::new(());

/// Heap bytes of a task that has been polled and waits.
fn bytes_each(runtime: &Runtime, tasks: usize, spawn: impl Fn(usize)) -> f64 {
    let counted = measure(|| {
        let _inside = runtime.enter();
        (0..tasks).for_each(&spawn);
        runtime.block_on(yield_times(1));
    });
    counted.bytes_current as f64 / tasks as f64
}

/// The memory of a task beyond a bare one, with full and with freshly grown tables.
fn bytes_over_bare(spawn: impl Fn(usize)) -> f64 {
    let _alone = ALONE.lock().unwrap();
    let over_bare = |tasks| {
        let bare = Builder::new_current_thread().build().unwrap();
        let tracking = Builder::new_current_thread().async_hooks().build().unwrap();
        let bare = bytes_each(&bare, tasks, |_| drop(tokio::spawn(pending::<()>())));
        bytes_each(&tracking, tasks, &spawn) - bare
    };
    let seen = [57_000, 58_000].map(over_bare);
    println!("{seen:.0?} bytes a task over bare");
    seen.into_iter().fold(0.0, f64::max)
}

#[test]
fn an_idle_task_costs_at_most_128_bytes_over_a_bare_one() {
    let bytes = bytes_over_bare(|_| drop(tokio::spawn(pending::<()>())));
    assert!(bytes <= 128.0, "{bytes}");
}

#[test]
fn an_idle_task_with_a_shared_context_costs_no_more() {
    let bytes = NUMBER.run(7_usize, || bytes_over_bare(|_| drop(tokio::spawn(pending::<()>()))));
    assert!(bytes <= 128.0, "{bytes}");
}

#[test]
fn an_idle_task_with_a_context_and_a_value_of_its_own_costs_at_most_256_bytes_over_a_bare_one() {
    let spawn = |number| NUMBER.run(number, || drop(tokio::spawn(pending::<()>())));
    let bytes = bytes_over_bare(spawn);
    assert!(bytes <= 256.0, "{bytes}");
    let entering = |number| {
        drop(tokio::spawn(async move {
            NUMBER.enter_with(number);
            pending::<()>().await;
        }));
    };
    // Its future is bigger by the number, and by what the compiler keeps beside it.
    let bytes = bytes_over_bare(entering);
    assert!(bytes <= 256.0, "{bytes}");
}

#[test]
fn a_poll_allocates_nothing_over_a_bare_one() {
    let _alone = ALONE.lock().unwrap();
    let allocations = |runtime: Runtime| {
        let task = NUMBER.run(7_usize, || runtime.spawn(yield_times(usize::MAX)));
        runtime.block_on(yield_times(10));
        let counted = measure(|| runtime.block_on(yield_times(1000)));
        assert!(!task.is_finished());
        counted.count_total
    };
    let bare = Builder::new_current_thread().build().unwrap();
    assert_eq!(allocations(current_thread()), allocations(bare));
}

/// The memory of this process, in KiB; nothing where Linux does not tell.
fn resident() -> i64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.trim_end_matches("kB").trim().parse().ok()).unwrap_or(0)
}

/// Runs `tasks` tasks that end, panic, are aborted, and enter values.
///
/// Never more than a thousand of them are alive at once.
fn come_and_go(runtime: &Runtime, tasks: usize) {
    runtime.block_on(async {
        for round in 0..tasks / 1000 {
            let spawn = |number| match number % 4 {
                0 => tokio::spawn(async {}),
                1 => NUMBER.run(round, || tokio::spawn(yield_times(1))),
                2 => tokio::spawn(async move { NUMBER.enter_with(number) }),
                _ => {
                    let task = tokio::spawn(pending::<()>());
                    task.abort();
                    task
                }
            };
            let tasks: Vec<_> = (0..1000).map(spawn).collect();
            for task in tasks {
                let _ = task.await;
            }
        }
    });
}

#[test]
fn the_process_stays_flat_while_tasks_come_and_go() {
    let _alone = ALONE.lock().unwrap();
    for runtime in [current_thread(), multi_thread()] {
        come_and_go(&runtime, 20_000);
        let before = resident();
        come_and_go(&runtime, 100_000);
        let grown = resident() - before;
        println!("{grown} KiB");
        assert!(grown <= 1024, "{grown} KiB");
    }
}
