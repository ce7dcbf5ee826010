//! How requests end on real servers.

use std::convert::Infallible;
use std::future::pending;

use async_hooks_http::RequestLayer;
use axum::body::{Body, Bytes};
use axum::response::sse::{Event, Sse};
use axum::{Router, routing::get};
use futures::{StreamExt as _, stream};
use http::StatusCode;

use crate::connection::{KeepAlive, ask, http2, serve};
use crate::recorder::ended;

/// A first frame, and then none for ever.
fn endless() -> Body {
    Body::from_stream(stream::iter([Ok::<_, Infallible>(Bytes::from_static(b"first"))]).chain(stream::pending()))
}

fn app() -> Router {
    let events = || async {
        Sse::new(stream::iter(["one", "two"].map(|text| Ok::<_, Infallible>(Event::default().data(text)))))
    };
    Router::new()
        .route("/hello", get(|| async { "hello" }))
        .route("/none", get(|| async { StatusCode::NO_CONTENT }))
        .route("/unchanged", get(|| async { StatusCode::NOT_MODIFIED }))
        .route("/events", get(events))
        .route("/endless", get(|| async { endless() }))
        .route("/never", get(pending::<&str>))
        .route("/panics", get(|| async { std::panic::resume_unwind(Box::new("a handler")) as &str }))
        .layer(RequestLayer::new())
}

const RESOLVED: [&str; 3] = ["init", "resolve", "destroy"];
const CANCELLED: [&str; 2] = ["init", "destroy"];

async fn answered(method_and_path: &str, id: &str, end: &str) {
    let mut client = KeepAlive::to(serve(app()).await).await;
    client.send(method_and_path, format!("x-request-id: {id}\r\n").as_bytes()).await;
    client.read_until(end).await;
    // The server reads the next request only when it is done with this one.
    client.send("GET /hello", b"").await;
    client.read_until("hello").await;
}

#[tokio::test]
async fn an_answered_request_resolves_whatever_its_body() {
    for (request, id, end) in [
        ("GET /hello", "hello", "hello"),
        ("HEAD /hello", "head", "\r\n\r\n"),
        ("GET /none", "none", "\r\n\r\n"),
        ("GET /unchanged", "unchanged", "\r\n\r\n"),
        ("GET /events", "events", "0\r\n\r\n"),
        ("GET /nowhere", "nowhere", "\r\n\r\n"),
    ] {
        answered(request, id, end).await;
        assert_eq!(ended(id).await.end(), RESOLVED, "{request}");
    }
    assert_eq!(ended("nowhere").await.attribute("http.response.status_code"), Some("404"));
}

#[tokio::test]
async fn a_client_that_hangs_up_cancels_the_request() {
    let address = serve(app()).await;
    let mut client = KeepAlive::to(address).await;
    client.send("GET /endless", b"x-request-id: hangs-up-in-body\r\n").await;
    client.read_until("first").await;
    drop(client);
    assert_eq!(ended("hangs-up-in-body").await.end(), CANCELLED);

    let mut client = KeepAlive::to(address).await;
    client.send("GET /never", b"x-request-id: hangs-up-before-head\r\n").await;
    drop(client);
    assert_eq!(ended("hangs-up-before-head").await.end(), CANCELLED);
}

#[tokio::test]
async fn a_stream_that_is_reset_cancels_the_request() {
    let mut client = http2(app()).await;
    let response = ask(&mut client, "/endless", "reset-in-body").await;
    drop(response);
    assert_eq!(ended("reset-in-body").await.end(), CANCELLED);
    // The connection goes on.
    let response = ask(&mut client, "/hello", "after-reset").await;
    assert_eq!(response.status(), StatusCode::OK);
}

#[tokio::test]
async fn a_handler_that_panics_destroys_its_request_and_no_other() {
    let address = serve(app()).await;
    let mut client = KeepAlive::to(address).await;
    client.send("GET /panics", b"x-request-id: panics\r\n").await;
    assert_eq!(client.read_to_end().await, "", "axum closes the connection");
    assert_eq!(ended("panics").await.end(), CANCELLED);

    let mut client = KeepAlive::to(address).await;
    client.send("GET /hello", b"x-request-id: after-panic\r\n").await;
    client.read_until("hello").await;
    assert_eq!(ended("after-panic").await.end(), RESOLVED);
}

#[tokio::test]
async fn a_shutdown_with_open_streams_leaves_no_request_alive() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    crate::recorder::record();
    let serving = axum::serve(listener, app()).with_graceful_shutdown(async { drop(stopped.await) });
    let serving = tokio::spawn(serving.into_future());

    let mut streaming = KeepAlive::to(address).await;
    streaming.send("GET /endless", b"x-request-id: open-at-shutdown\r\n").await;
    streaming.read_until("first").await;
    let mut done = KeepAlive::to(address).await;
    done.send("GET /hello", b"x-request-id: done-at-shutdown\r\n").await;
    done.read_until("hello").await;

    drop(stop);
    drop(streaming);
    serving.await.unwrap().unwrap();
    assert_eq!(ended("open-at-shutdown").await.end(), CANCELLED);
    assert_eq!(ended("done-at-shutdown").await.end(), RESOLVED);
}
