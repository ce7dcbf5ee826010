//! The web server: handlers that wait, spawn, block, answer in parts, or never.

use std::convert::Infallible;
use std::time::Duration;

use axum::body::Body;
use axum::http::StatusCode;
use axum::{Router, routing::get};
use futures::{StreamExt as _, stream};
use tokio::task::{JoinSet, spawn_blocking};
use tower_http::timeout::TimeoutLayer;

pub(crate) fn routes() -> Router {
    let limit = TimeoutLayer::with_status_code(StatusCode::GATEWAY_TIMEOUT, Duration::from_millis(30));
    let limited = Router::new().route("/never", get(std::future::pending::<()>)).layer(limit);
    limited.route("/jobs", get(jobs)).route("/parts", get(parts))
}

/// A handler that waits for two tasks and a blocking job, which spawns a task.
async fn jobs() -> &'static str {
    let pause = || tokio::time::sleep(Duration::from_millis(1));
    let mut set = JoinSet::new();
    set.spawn(pause());
    set.spawn(async move { drop(tokio::spawn(pause()).await) });
    let runtime = tokio::runtime::Handle::current();
    let spawned = spawn_blocking(move || runtime.spawn(async {})).await;
    while set.join_next().await.is_some() {}
    if spawned.is_ok() { "done" } else { "the runtime ends" }
}

/// Five parts, with a pause before each.
async fn parts() -> Body {
    Body::from_stream(stream::iter(0..5).then(|part| async move {
        tokio::time::sleep(Duration::from_millis(1)).await;
        Ok::<_, Infallible>(format!("{part}\n"))
    }))
}
