//! A server whose handlers scatter their work over tasks, threads and streamed bodies.

use std::convert::Infallible;
use std::net::SocketAddr;

use async_hooks::http::{RequestLayer, TrackedExecutor};
use async_hooks::tokio::{spawn, spawn_blocking};
use axum::body::{Body, Bytes};
use axum::extract::Path;
use axum::{Router, routing::get};
use futures::{StreamExt as _, stream};
use hyper_util::rt::TokioIo;
use hyper_util::server::conn::auto;
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::{JoinHandle, yield_now};

use crate::checks::{ChecksOnDrop, NUMBER, check};

pub(crate) struct Server {
    address: SocketAddr,
    stop: oneshot::Sender<()>,
    serving: JoinHandle<()>,
}

impl Server {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel();
        Server { address, stop, serving: spawn(accept(listener, stopped)) }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Waits until all connections have ended.
    pub(crate) async fn stop(self) {
        drop(self.stop);
        self.serving.await.unwrap();
    }
}

async fn accept(listener: TcpListener, mut stopped: oneshot::Receiver<()>) {
    let mut connections = async_hooks::tokio::JoinSet::new();
    loop {
        tokio::select! {
            _ = &mut stopped => break,
            accepted = listener.accept() => {
                let service = TowerToHyperService::new(app());
                let connection = TokioIo::new(accepted.unwrap().0);
                connections.spawn(async move {
                    // A handler that panics ends its connection, and a client that hangs up does, too.
                    drop(auto::Builder::new(TrackedExecutor::new()).serve_connection(connection, service).await);
                });
            }
            Some(_) = connections.join_next() => {}
        }
    }
    while connections.join_next().await.is_some() {}
}

fn app() -> Router {
    Router::new()
        .route("/plain/{number}", get(plain))
        .route("/scattered/{number}", get(scattered))
        .route("/streamed/{number}", get(streamed))
        .route("/panicking/{number}", get(panicking))
        .route("/endless/{number}", get(endless))
        .layer(RequestLayer::new())
}

/// Every handler begins so: nothing of another request may be there.
async fn begin(number: u64) {
    if NUMBER.get().is_some() {
        check(u64::MAX, "what an earlier request has left");
    }
    NUMBER.enter_with(number);
    pause(number).await;
    check(number, "the handler");
}

/// Lets others run, as often as chance wants.
async fn pause(number: u64) {
    for _ in 0..number % 4 {
        yield_now().await;
    }
}

async fn plain(Path(number): Path<u64>) -> String {
    begin(number).await;
    let _dropped = ChecksOnDrop(number);
    pause(number / 4).await;
    number.to_string()
}

async fn scattered(Path(number): Path<u64>) -> String {
    begin(number).await;
    let in_task = spawn(async move {
        pause(number / 4).await;
        check(number, "a task");
        spawn(async move { check(number, "a task of a task") }).await.unwrap();
    });
    let in_thread = spawn_blocking(move || check(number, "a thread"));
    // Goes on when the request is over; what it sees stays the request's.
    drop(spawn(async move {
        pause(number / 2).await;
        check(number, "what outlives the request");
    }));
    in_task.await.unwrap();
    in_thread.await.unwrap();
    check(number, "the handler, at its end");
    number.to_string()
}

fn frames(number: u64) -> impl futures::Stream<Item = Result<Bytes, Infallible>> {
    let dropped = ChecksOnDrop(number);
    stream::iter(0..4).then(move |frame| {
        let _ = &dropped;
        async move {
            pause(number + frame).await;
            check(number, "a frame");
            Ok(Bytes::from(format!("{number} ")))
        }
    })
}

async fn streamed(Path(number): Path<u64>) -> Body {
    begin(number).await;
    Body::from_stream(frames(number))
}

async fn panicking(Path(number): Path<u64>) -> String {
    begin(number).await;
    let _dropped = ChecksOnDrop(number);
    pause(number / 4).await;
    std::panic::resume_unwind(Box::new("a handler panics"))
}

async fn endless(Path(number): Path<u64>) -> Body {
    begin(number).await;
    Body::from_stream(frames(number).chain(stream::pending()))
}
