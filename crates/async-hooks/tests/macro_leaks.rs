//! With the feature `diagnostics` a test fails when it leaks, on its own line.

#![allow(clippy::unwrap_used, reason = "a test that meets the impossible may stop there")]
#![allow(unnameable_test_items, reason = "the tests inside of tests are called by hand, because they fail")]

use std::future::pending;
use std::panic::{self, catch_unwind};
use std::sync::{Mutex, PoisonError};

use async_hooks::tokio::spawn;

/// The line and the message of the panic of a test in this file.
fn panic_of(test: fn()) -> Option<(u32, String)> {
    // One at a time: the panic hook is the process's.
    static SEEN: Mutex<Option<(u32, String)>> = Mutex::new(None);
    static ONE: Mutex<()> = Mutex::new(());
    let _one = ONE.lock().unwrap_or_else(PoisonError::into_inner);
    let previous = panic::take_hook();
    panic::set_hook(Box::new(|info| {
        let line = info.location().filter(|location| location.file() == file!()).map_or(0, panic::Location::line);
        let (text, formatted) = (info.payload().downcast_ref::<&str>(), info.payload().downcast_ref::<String>());
        let message = text.map(|text| (*text).to_owned()).or(formatted.cloned()).unwrap_or_default();
        *SEEN.lock().unwrap_or_else(PoisonError::into_inner) = Some((line, message));
    }));
    let outcome = catch_unwind(test);
    panic::set_hook(previous);
    let seen = SEEN.lock().unwrap_or_else(PoisonError::into_inner).take();
    assert_eq!(outcome.is_err(), seen.is_some());
    seen
}

#[test]
fn a_test_that_leaks_fails_on_its_own_line_and_names_what_leaks() {
    const LINE: u32 = line!() + 2;
    #[async_hooks::test]
    async fn leaves_a_task() {
        drop(spawn(pending::<()>()));
    }
    let (line, message) = panic_of(leaves_a_task).unwrap();
    assert_eq!(line, LINE);
    assert!(message.contains("tokio::task") && message.contains(&format!("macro_leaks.rs:{}", LINE + 1)), "{message}");
}

#[test]
fn a_test_that_fails_by_itself_keeps_its_own_panic() {
    #[async_hooks::test]
    async fn fails() {
        drop(spawn(pending::<()>()));
        panic!("by itself");
    }
    assert_eq!(panic_of(fails).unwrap().1, "by itself");
}

#[test]
fn a_test_can_fail_on_its_own_line_for_a_task_that_nothing_tracks() {
    const LINE: u32 = line!() + 2;
    #[async_hooks::test(leaks = "fail_on_unseen")]
    async fn leaves_a_plain_task() {
        drop(tokio::spawn(pending::<()>()));
    }
    let (line, message) = panic_of(leaves_a_plain_task).unwrap();
    assert_eq!(line, LINE);
    let tracks_all = cfg!(tokio_unstable);
    assert!(message.contains(if tracks_all { "tokio::task" } else { "at least 1 task of this runtime" }), "{message}");
}

#[test]
fn a_test_that_fails_for_a_leak_also_reports_tasks_that_nothing_tracks() {
    #[async_hooks::test]
    async fn leaves_two_tasks() {
        drop((spawn(pending::<()>()), tokio::spawn(pending::<()>())));
    }
    let (_, message) = panic_of(leaves_two_tasks).unwrap();
    let tracks_all = cfg!(tokio_unstable);
    assert!(message.contains(if tracks_all { "2 leaks" } else { "at least 1 task of this runtime" }), "{message}");
}

#[async_hooks::test(leaks = "fail_on_unseen")]
async fn a_strict_test_that_joins_its_tasks_passes() {
    tokio::spawn(async {}).await.unwrap();
}

#[async_hooks::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_test_that_joins_its_tasks_passes() {
    assert_eq!(spawn(async { 7 }).await.unwrap(), 7);
}

#[async_hooks::test(leaks = "ignore")]
async fn a_test_may_be_allowed_to_leak() {
    drop(spawn(pending::<()>()));
}
