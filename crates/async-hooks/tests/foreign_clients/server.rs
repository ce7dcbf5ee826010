//! A server whose responses say what their handlers have seen.
//!
//! A layer around it compares that with what was sent.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use async_hooks::AsyncLocal;
use async_hooks::http::{RequestLayer, request_id, request_label, trace_context};
use async_hooks::tokio::spawn;
use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Path, Request, State};
use axum::http::HeaderMap;
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use axum::routing::get;
use futures::{StreamExt as _, stream};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::{JoinHandle, yield_now};

/// What each handler sets to stay.
static NUMBER: AsyncLocal<u64> = AsyncLocal::new();

#[derive(Default, Clone)]
pub(crate) struct Counts {
    pub(crate) asked: usize,
    /// Without those whose client went away.
    pub(crate) answered: usize,
    pub(crate) mixed_up: usize,
    pub(crate) first_mix_up: String,
}

pub(crate) struct Server {
    address: SocketAddr,
    counts: Arc<Mutex<Counts>>,
    stop: oneshot::Sender<()>,
    serving: JoinHandle<()>,
}

impl Server {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (address, counts) = (listener.local_addr().unwrap(), Arc::<Mutex<Counts>>::default());
        let (stop, stopped) = oneshot::channel::<()>();
        let serving = axum::serve(listener, app(Arc::clone(&counts)));
        let serving = serving.with_graceful_shutdown(async { drop(stopped.await) });
        Server { address, counts, stop, serving: tokio::spawn(async { serving.await.unwrap() }) }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Waits until all connections have ended.
    pub(crate) async fn stop(self) -> Counts {
        drop(self.stop);
        self.serving.await.unwrap();
        self.counts.lock().unwrap().clone()
    }
}

fn app(counts: Arc<Mutex<Counts>>) -> Router {
    Router::new()
        .route("/plain/{number}", get(plain))
        .route("/scattered/{number}", get(scattered))
        .route("/streamed/{number}", get(streamed))
        .layer(RequestLayer::new())
        .layer(from_fn_with_state(counts, compare))
}

/// Outside of the layer: what the client has sent and what it gets are one request's.
async fn compare(State(counts): State<Arc<Mutex<Counts>>>, request: Request, next: Next) -> Response {
    counts.lock().unwrap().asked += 1;
    let header = |headers: &HeaderMap, name| headers.get(name).map(|value| value.to_str().unwrap().to_owned());
    let path = request.uri().path().to_owned();
    let number = path.rsplit('/').next().unwrap_or_default().to_owned();
    let (sent_id, sent_trace) = (header(request.headers(), "x-request-id"), header(request.headers(), "traceparent"));
    let (head, body) = next.run(request).await.into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap();
    let id = header(&head.headers, "x-request-id").unwrap_or_default();
    let is_own = |line: &str| match line.split(' ').collect::<Vec<_>>()[..] {
        [seen_number, "GET", seen_path, seen_id, seen_trace] => {
            seen_number == number
                && seen_path == path
                && seen_id == id
                && sent_id.as_deref().is_none_or(|sent| sent == id)
                && sent_trace.as_deref().is_none_or(|sent| sent.contains(seen_trace))
        }
        _ => false,
    };
    let text = String::from_utf8_lossy(&body);
    let mut counts = counts.lock().unwrap();
    counts.answered += 1;
    if text.is_empty() || !text.lines().all(is_own) {
        counts.mixed_up += 1;
        counts.first_mix_up = format!("{path} {sent_id:?} {sent_trace:?}: {id} {text}");
    }
    drop(counts);
    Response::from_parts(head, Body::from(body))
}

/// What the code that runs here knows of its request.
fn seen() -> String {
    let trace_id = trace_context().map(|trace| trace.trace_id().to_string()).unwrap_or_default();
    let number = NUMBER.with(|number| number.copied().unwrap_or_default());
    let (label, id) = (request_label().unwrap_or_default(), request_id().unwrap_or_default());
    format!("{number} {label} {id} {trace_id}\n")
}

/// Every handler begins so, and lets others run.
async fn begin(number: u64) {
    NUMBER.enter_with(number);
    for _ in 0..number % 4 {
        yield_now().await;
    }
}

async fn plain(Path(number): Path<u64>) -> String {
    begin(number).await;
    seen()
}

async fn scattered(Path(number): Path<u64>) -> String {
    begin(number).await;
    let in_task = spawn(async {
        yield_now().await;
        seen()
    });
    in_task.await.unwrap() + &seen()
}

async fn streamed(Path(number): Path<u64>) -> Body {
    begin(number).await;
    let frames = stream::iter(0..3).then(async |_| {
        yield_now().await;
        Ok::<_, Infallible>(Bytes::from(seen()))
    });
    Body::from_stream(frames)
}
