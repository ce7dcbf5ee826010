//! A test that fails when it leaves something behind: `assert_no_leaks`.
//!
//! The message names what outlives the test. Tests may run in parallel: each sees only its own resources.
//!
//! ```text
//! tidy_sum leaves nothing behind
//! forgetful_sum fails its test: something outlives the test
//! 1 leak in 1 group
//!   1  tokio::task  examples/leak_test.rs:34:5  50 ms old
//!      id 256
//!      └─ triggered by root 1
//! ```
//!
//! Go: `goleak`, which sees all of the process.

use std::error::Error;
use std::future::pending;
use std::time::Duration;

use async_hooks::diagnostics::{assert_no_leaks, leak_test};
use async_hooks::tokio::{JoinSet, spawn};

/// Sums up in tasks of its own, and waits for all of them.
async fn tidy_sum(up_to: u64) -> u64 {
    let mut tasks = JoinSet::new();
    for number in 1..=up_to {
        tasks.spawn(async move { number });
    }
    tasks.join_all().await.into_iter().sum()
}

/// Starts a task that keeps a connection alive, say, and tells nobody how to end it.
async fn forgetful_sum(up_to: u64) -> u64 {
    spawn(pending::<()>());
    (1..=up_to).sum()
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    // In a test: `#[tokio::test] async fn sums() { assert_no_leaks(async { … }).await }`.
    assert_eq!(assert_no_leaks(tidy_sum(10)).await, 55);
    println!("tidy_sum leaves nothing behind");

    // With settings: how long what is about to end may take, and how long the test.
    let test = leak_test().settle_within(Duration::from_millis(50)).timeout(Duration::from_secs(10));
    // As a task of its own, so that the failure of the test is a value here.
    let failure = tokio::spawn(test.run(forgetful_sum(10))).await.err().ok_or("expected a leak")?;
    let message = failure.into_panic().downcast::<String>().map_err(|_| "expected a message")?;
    println!("\nforgetful_sum fails its test: {message}");
    assert!(message.contains("1 leak in 1 group") && message.contains("tokio::task"));
    assert!(message.contains("leak_test.rs:34:"), "the line of the spawn");
    Ok(())
}
