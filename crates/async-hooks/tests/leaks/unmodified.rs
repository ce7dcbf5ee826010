//! Leaks of code that knows nothing of this crate, on a runtime that reports every task.

use std::future::pending;
use std::sync::Arc;
use std::time::Duration;

use async_hooks::diagnostics::{Leak, LeakDetector, assert_no_leaks, leak_test};
use async_hooks::prelude::*;
use axum::Router;
use axum::routing::get;
use tokio::io::AsyncWriteExt as _;
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::Notify;
use tokio::task::yield_now;

use crate::failure;

fn runtimes() -> [Runtime; 2] {
    let current_thread = Builder::new_current_thread().enable_all().async_hooks().build().unwrap();
    let multi_thread = Builder::new_multi_thread().worker_threads(2).enable_all().async_hooks().build().unwrap();
    [current_thread, multi_thread]
}

/// As a library would: no wrapper anywhere.
const FORGOTTEN_AT: u32 = line!() + 2;
async fn third_party() {
    tokio::spawn(async { drop(tokio::spawn(pending::<()>())) }).await.unwrap();
}

#[test]
fn a_task_forgotten_by_a_plain_spawn_is_named_with_its_line() {
    for runtime in runtimes() {
        let work = async { third_party().in_async_resource("request").await };
        let message = failure(|| runtime.block_on(leak_test().settle_within(Duration::from_millis(50)).run(work)));
        assert!(message.contains("1 leak in 1 group") && message.contains("1  tokio::task  "), "{message}");
        assert!(message.contains(&format!("leaks/unmodified.rs:{FORGOTTEN_AT}:")), "{message}");
        assert!(message.contains("orphaned"), "{message}");
        assert!(message.contains("triggered by request"), "{message}");
    }
}

/// axum spawns a task for each connection, at a line of its own.
///
/// This one waits for its handler for ever.
#[test]
fn a_connection_that_axum_keeps_is_named_with_axums_line() {
    for runtime in runtimes() {
        let work = async {
            let is_handled = Arc::new(Notify::new());
            let handler = {
                let is_handled = Arc::clone(&is_handled);
                async move || {
                    is_handled.notify_one();
                    pending::<()>().await;
                }
            };
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let address = listener.local_addr().unwrap();
            let router = Router::new().route("/", get(handler));
            let server = tokio::spawn(async { axum::serve(listener, router).await });
            let mut client = TcpStream::connect(address).await.unwrap();
            client.write_all(b"GET / HTTP/1.1\r\nhost: localhost\r\n\r\n").await.unwrap();
            is_handled.notified().await;
            server.abort();
            assert!(server.await.unwrap_err().is_cancelled());
            client
        };
        let message =
            failure(|| drop(runtime.block_on(leak_test().settle_within(Duration::from_millis(50)).run(work))));
        assert!(message.contains("1 leak in 1 group") && message.contains("1  tokio::task  "), "{message}");
        assert!(message.contains("axum-0.8") && message.contains("src/serve/mod.rs:"), "{message}");
        assert!(message.contains("orphaned"), "{message}");
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

#[test]
fn what_a_dependency_spawns_is_one_line_below_the_programs_own_and_no_leak_as_an_orphan() {
    for runtime in runtimes() {
        let all = LeakDetector::builder().older_than(Duration::ZERO).build();
        let orphans = LeakDetector::builder().older_than(Duration::MAX).build();
        let _enabled = [all.enable_scoped(), orphans.enable_scoped()];
        let _connected = runtime.block_on(async {
            let request = AsyncResource::new("request");
            let serve = async {
                let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
                let address = listener.local_addr().unwrap();
                drop(tokio::spawn(async { axum::serve(listener, Router::new()).await }));
                let client = TcpStream::connect(address).await.unwrap();
                while !all.report().leaks().iter().any(|leak| leak.dependency().is_some()) {
                    yield_now().await;
                }
                client
            };
            request.scope(serve).await
        });
        let (all, orphans) = (all.report(), orphans.report());
        let text = all.to_string();
        let (own, dependencies) = text.split_once("created by dependencies\n").unwrap();
        assert!(dependencies.contains("  axum-0.8") && dependencies.contains(" tokio::task"), "{text}");
        assert!(own.contains("leaks/unmodified.rs") && !own.contains("axum-0.8"), "{text}");
        let is_own = |leak: &Leak| leak.dependency().is_none();
        assert!(!orphans.is_empty() && orphans.leaks().iter().all(is_own), "{orphans}");
    }
}
