//! What a tracking report says, on runtimes and with subscribers of each kind.

#![allow(clippy::expect_used, clippy::panic, reason = "a test that meets the impossible may stop there")]

#[cfg(tokio_unstable)]
mod automatic;
mod runtimes;
mod spans;

use std::sync::{Mutex, MutexGuard, PoisonError};

use async_hooks::diagnostics::{TrackingReport, TrackingRow};

/// The tests take turns.
///
/// A thread without a subscriber that meets a callsite first would hide it from the others.
fn turn() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What a row says: whether it is tracked, and whether it carries values.
type Answer = (Option<bool>, Option<bool>);

const YES: Answer = (Some(true), Some(true));
const NO: Answer = (Some(false), Some(false));

fn row<'a>(report: &'a TrackingReport, what: &str) -> &'a TrackingRow {
    report.rows().iter().find(|row| row.what() == what).unwrap_or_else(|| panic!("no row {what}: {report}"))
}

fn answer(report: &TrackingReport, what: &str) -> Answer {
    let row = row(report, what);
    (row.is_tracked(), row.carries_values())
}

fn remedy<'a>(report: &'a TrackingReport, what: &str) -> &'a str {
    row(report, what).remedy().unwrap_or_default()
}
