//! Requests of HTTP/2 that are open when their server shuts down.

use std::convert::Infallible;
use std::pin::pin;
use std::sync::Arc;

use async_hooks_http::RequestLayer;
use axum::body::{Body, Bytes};
use axum::{Router, routing::get};
use futures::{StreamExt as _, poll, stream};
use http_body_util::BodyExt as _;
use hyper::client::conn::http2::{SendRequest, handshake};
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;

use crate::connection::ask;
use crate::recorder::{ended, record};

/// A first frame, and a last one when the gate is open.
fn gated(gate: Arc<Semaphore>) -> Body {
    let last = stream::once(async move {
        let _passed = gate.acquire().await;
        Ok(Bytes::from_static(b"last"))
    });
    Body::from_stream(stream::iter([Ok::<_, Infallible>(Bytes::from_static(b"first "))]).chain(last))
}

struct Server {
    graceful: GracefulShutdown,
    connection: JoinHandle<()>,
    client: SendRequest<Body>,
    gate: Arc<Semaphore>,
}

/// A server of one connection.
async fn serve() -> Server {
    record();
    let (gate, graceful) = (Arc::new(Semaphore::new(0)), GracefulShutdown::new());
    let body = Arc::clone(&gate);
    let app = Router::new().route("/gated", get(|| async { gated(body) })).layer(RequestLayer::new());
    let (server, client) = tokio::io::duplex(1 << 16);
    let service = TowerToHyperService::new(app);
    let connection = Builder::new(TokioExecutor::new()).serve_connection(TokioIo::new(server), service).into_owned();
    let connection = graceful.watch(connection);
    let connection = tokio::spawn(async { drop(connection.await) });
    let (client, driver) = handshake(TokioExecutor::new(), TokioIo::new(client)).await.unwrap();
    tokio::spawn(driver);
    Server { graceful, connection, client, gate }
}

#[tokio::test]
async fn open_streams_of_a_graceful_shutdown_resolve_or_are_cancelled() {
    let mut server = serve().await;
    let finished = ask(&mut server.client, "/gated", "finishes-in-shutdown").await;
    let left = ask(&mut server.client, "/gated", "is-left-in-shutdown").await;

    let mut shutdown = pin!(server.graceful.shutdown());
    assert!(poll!(&mut shutdown).is_pending(), "it has begun");
    drop(left);
    assert_eq!(ended("is-left-in-shutdown").await.end(), ["init", "destroy"]);
    assert!(poll!(&mut shutdown).is_pending(), "a request is open");

    server.gate.add_permits(1);
    assert_eq!(finished.into_body().collect().await.unwrap().to_bytes(), "first last");
    assert_eq!(ended("finishes-in-shutdown").await.end(), ["init", "resolve", "destroy"]);
    shutdown.await;
    server.connection.await.unwrap();
}

#[tokio::test]
async fn open_streams_of_a_server_that_is_dropped_are_cancelled() {
    let mut server = serve().await;
    let _open = ask(&mut server.client, "/gated", "open-when-dropped").await;
    server.connection.abort();
    assert!(server.connection.await.unwrap_err().is_cancelled());
    assert_eq!(ended("open-when-dropped").await.end(), ["init", "destroy"]);
}
