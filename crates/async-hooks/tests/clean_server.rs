//! A clean server under load: nothing to report, now or later.
//!
//! Two seconds here; `LEAK_LOAD_SECONDS=60 cargo test -p async-hooks --features diagnostics --test clean_server` for longer.

#![allow(clippy::unwrap_used, reason = "a test that meets the impossible may stop there")]

use std::env;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use async_hooks::diagnostics::{LeakDetector, leak_test};
use async_hooks::prelude::*;
use async_hooks::tokio::{spawn, spawn_blocking};
use axum::Router;
use axum::extract::Request;
use axum::middleware::{self, Next};
use axum::response::Response;
use axum::routing::get;
use tokio::net::TcpListener;
use tokio::runtime::Builder;
use tokio::sync::oneshot;
use tokio::task::JoinSet;

const CLIENTS: usize = 8;

fn load() -> Duration {
    let seconds = env::var("LEAK_LOAD_SECONDS").ok().and_then(|seconds| seconds.parse().ok());
    Duration::from_secs(seconds.unwrap_or(2))
}

async fn one_resource_per_request(request: Request, next: Next) -> Response {
    next.run(request).in_async_resource("http::request").await
}

async fn answer() -> &'static str {
    let parts = tokio::join!(
        spawn(async { spawn(tokio::task::yield_now()).await.unwrap() }),
        spawn_blocking(|| ()),
        tokio::time::sleep(Duration::from_millis(1)).in_async_resource("timer"),
    );
    parts.0.unwrap();
    parts.1.unwrap();
    "done"
}

async fn ask(url: String, until: Instant, answered: Arc<AtomicUsize>) {
    let client = reqwest::Client::new();
    while Instant::now() < until {
        let answer = client.get(&url).send().await.unwrap().text().await.unwrap();
        assert_eq!(answer, "done");
        answered.fetch_add(1, Ordering::Relaxed);
    }
}

/// Serves on loopback while some clients ask; calls `look` now and then.
async fn serve_under_load(mut look: impl FnMut()) -> usize {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let routes = Router::new().route("/", get(answer)).layer(middleware::from_fn(one_resource_per_request));
    let (stop, stopped) = oneshot::channel::<()>();
    let serving = axum::serve(listener, routes).with_graceful_shutdown(async { drop(stopped.await) });
    let serving = tokio::spawn(serving.into_future().in_async_resource("server"));

    let (until, answered) = (Instant::now() + load(), Arc::new(AtomicUsize::new(0)));
    let mut clients = JoinSet::new();
    for _ in 0..CLIENTS {
        clients.spawn(ask(url.clone(), until, Arc::clone(&answered)).in_async_resource("client"));
    }
    let mut ticks = tokio::time::interval(Duration::from_millis(20));
    while !clients.is_empty() {
        tokio::select! {
            joined = clients.join_next() => joined.unwrap().unwrap(),
            _ = ticks.tick() => look(),
        }
    }
    drop(stop);
    serving.await.unwrap().unwrap();
    answered.load(Ordering::Relaxed)
}

#[test]
fn a_clean_server_under_load_reports_nothing() {
    // The server and its clients are as old as the test. A request that takes half of it would be a leak indeed.
    let detector = LeakDetector::builder().older_than(load() / 2).ignore_kind("server").ignore_kind("client").build();
    detector.enable();
    let server = serve_under_load(|| {
        let report = detector.report();
        assert!(report.is_empty(), "{report}");
    });
    let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let answered = runtime.block_on(leak_test().timeout(load() * 10).run(server));
    assert!(answered > CLIENTS, "{answered} answers");
}
