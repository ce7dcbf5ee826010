//! Leak tests while the clock of the runtime is paused.

use std::sync::mpsc;
use std::time::Duration;

use async_hooks::diagnostics::{assert_no_leaks, leak_test};
use async_hooks::tokio::{spawn, spawn_blocking};
use tokio::runtime::{Builder, Runtime};
use tokio::time::{Instant, sleep};

use crate::failure;

fn paused() -> Runtime {
    Builder::new_current_thread().enable_all().start_paused(true).build().unwrap()
}

#[test]
fn a_task_that_ends_within_a_second_of_virtual_time_is_no_leak() {
    for _ in 0..3 {
        paused().block_on(assert_no_leaks(async { drop(spawn(sleep(Duration::from_millis(900)))) }));
    }
}

/// Two minutes that a busy machine does not take for anything else.
#[test]
fn two_minutes_of_virtual_time_take_no_real_ones() {
    let begin = std::time::Instant::now();
    let test = leak_test().settle_within(Duration::from_secs(130));
    paused().block_on(test.run(async { drop(spawn(sleep(Duration::from_secs(120)))) }));
    assert!(begin.elapsed() < Duration::from_secs(60), "{:?}", begin.elapsed());
}

#[test]
fn a_task_that_sleeps_an_hour_of_virtual_time_is_a_leak_and_the_hour_does_not_pass() {
    let runtime = paused();
    let before = runtime.block_on(async { Instant::now() });
    let message =
        failure(|| runtime.block_on(assert_no_leaks(async { drop(spawn(sleep(Duration::from_secs(3600)))) })));
    assert!(message.contains("1  tokio::task  "), "{message}");
    let passed = runtime.block_on(async { before.elapsed() });
    assert!(passed < Duration::from_secs(3), "{passed:?}");
}

/// While a blocking job runs, a paused clock does not go on.
#[test]
fn a_blocking_job_is_a_leak_after_a_limit_in_real_time() {
    let (release, blocked) = mpsc::channel::<()>();
    let forgetful = async { drop(spawn_blocking(move || blocked.recv())) };
    let test = leak_test().settle_within(Duration::from_millis(20));
    let runtime = paused();
    let message = failure(|| runtime.block_on(test.run(forgetful)));
    assert!(message.contains("1  tokio::blocking  "), "{message}");
    drop(release);
}
