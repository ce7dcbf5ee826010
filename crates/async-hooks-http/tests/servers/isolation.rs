//! Nothing of one request is seen by another, whatever they share.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use async_hooks_core::{AsyncLocal, execution_async_id};
use async_hooks_http::{RequestLayer, request_id, trace_context};
use axum::body::{Body, Bytes};
use axum::response::IntoResponse;
use axum::{Router, routing::get};
use futures::StreamExt as _;
use futures::stream;
use http_body_util::BodyExt as _;
use tokio::sync::Barrier;

use crate::connection::{KeepAlive, ask, http2, serve};

static USER: AsyncLocal<String> = AsyncLocal::new();

/// Sets the user to stay; answers with what was there before, in a task and in each frame.
async fn whoami() -> impl IntoResponse {
    let before = USER.get();
    let id = request_id().unwrap().to_string();
    USER.enter_with(id.clone());
    let in_task = async_hooks_core::Snapshot::current().scope(async { USER.get().unwrap().to_string() });
    let in_task = tokio::spawn(in_task).await.unwrap();
    let frames = stream::iter(0..3).then(|_| async {
        tokio::task::yield_now().await;
        Ok::<_, Infallible>(Bytes::from(format!("{} {},", USER.get().unwrap(), request_id().unwrap())))
    });
    let head = stream::once(async move { Ok(Bytes::from(format!("{before:?} {in_task},"))) });
    Body::from_stream(head.chain(frames))
}

fn expected(id: &str) -> String {
    format!("None {id},{id} {id},{id} {id},{id} {id},")
}

fn app() -> Router {
    Router::new().route("/", get(whoami)).layer(RequestLayer::new())
}

#[tokio::test]
async fn requests_on_one_connection_share_nothing() {
    let mut client = KeepAlive::to(serve(app()).await).await;
    for n in 0..5 {
        let id = format!("keep-alive-{n}");
        client.send("GET /", format!("x-request-id: {id}\r\n").as_bytes()).await;
        let answer = client.read_until("0\r\n\r\n").await;
        let mut frames = answer.split("\r\n\r\n").nth(1).unwrap().split("\r\n").skip(1).step_by(2);
        let body: String = frames.by_ref().take(4).collect();
        assert_eq!(body, expected(&id));
        assert!(answer.contains(&format!("x-request-id: {id}\r\n")), "{answer}");
    }
}

#[tokio::test]
async fn streams_of_one_http2_connection_share_nothing() {
    let client = http2(app()).await;
    let ask_one = |n: usize| {
        let mut client = client.clone();
        async move {
            let id = format!("http2-{n}");
            let response = ask(&mut client, "/", &id).await;
            assert_eq!(response.headers()["x-request-id"], *id);
            assert_eq!(response.into_body().collect().await.unwrap().to_bytes(), expected(&id));
            crate::recorder::ended(&id).await
        }
    };
    let lives = futures::future::join_all((0..50).map(ask_one)).await;
    assert!(lives.iter().all(|life| life.end() == ["init", "resolve", "destroy"]), "each has been read to its end");
}

#[tokio::test]
async fn requests_that_overlap_have_traces_of_their_own() {
    let all_are_here = Arc::new(Barrier::new(8));
    let handler = move || {
        let all_are_here = Arc::clone(&all_are_here);
        async move {
            let before = (execution_async_id(), trace_context());
            all_are_here.wait().await;
            tokio::time::timeout(Duration::from_secs(60), tokio::task::yield_now()).await.unwrap();
            assert_eq!(before, (execution_async_id(), trace_context()));
            trace_context().unwrap().trace_id().to_string()
        }
    };
    let client = http2(Router::new().route("/", get(handler)).layer(RequestLayer::new())).await;
    let ask_one = |n: usize| {
        let mut client = client.clone();
        async move { ask(&mut client, "/", &format!("overlap-{n}")).await.into_body().collect().await.unwrap().to_bytes() }
    };
    let traces = futures::future::join_all((0..8).map(ask_one)).await;
    let distinct: std::collections::HashSet<_> = traces.iter().collect();
    assert_eq!(distinct.len(), 8);
}
