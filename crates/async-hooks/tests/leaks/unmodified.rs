//! What code that knows nothing of us leaves behind, where the runtime tells of every task.

use std::future::pending;
use std::time::Duration;

use async_hooks::diagnostics::{assert_no_leaks, leak_test};
use async_hooks::prelude::*;
use async_hooks::tokio::BuilderExt as _;
use tokio::runtime::{Builder, Runtime};
use tokio::task::yield_now;

use crate::failure;

fn runtimes() -> [Runtime; 2] {
    let current_thread = Builder::new_current_thread().enable_all().async_hooks().build().unwrap();
    let multi_thread = Builder::new_multi_thread().worker_threads(2).enable_all().async_hooks().build().unwrap();
    [current_thread, multi_thread]
}

/// As a library would: no wrapper anywhere.
async fn third_party() {
    tokio::spawn(async { drop(tokio::spawn(pending::<()>())) }).await.unwrap();
}

#[test]
fn a_task_forgotten_by_a_plain_spawn_is_named_with_its_line() {
    for runtime in runtimes() {
        let work = async { third_party().in_async_resource("request").await };
        let message = failure(|| runtime.block_on(leak_test().settle_within(Duration::from_millis(50)).run(work)));
        assert!(message.contains("1 leak in 1 group") && message.contains("1  tokio::task  "), "{message}");
        assert!(message.contains("leaks/unmodified.rs:22:") && message.contains("orphaned"), "{message}");
        assert!(message.contains("triggered by request"), "{message}");
    }
}

#[test]
fn plain_tasks_that_end_are_no_leak_whenever_the_runtime_says_so() {
    for runtime in runtimes() {
        for _ in 0..100 {
            runtime.block_on(assert_no_leaks(async {
                let tasks: Vec<_> = (0..10).map(|_| tokio::spawn(yield_now())).collect();
                for task in tasks {
                    task.await.unwrap();
                }
                tokio::spawn(pending::<()>()).abort();
                assert!(tokio::spawn(async { panic!("on purpose") }).await.is_err());
            }));
        }
    }
}
