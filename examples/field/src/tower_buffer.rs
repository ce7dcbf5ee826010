//! `tower::buffer`: one worker, spawned in the first request, calls for all of them.

use std::convert::Infallible;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use async_hooks::diagnostics::{TrackingReport, tracking_report};
use async_hooks::http::RequestLayer;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::from_fn;
use axum::{Router, routing::get};
use futures::future::BoxFuture;
use tokio::net::TcpListener;
use tower::{BoxError, ServiceExt as _, buffer::Buffer, service_fn, util::BoxCloneSyncService};
use tower_http::trace::{DefaultMakeSpan, TraceLayer};
use tracing::{Instrument as _, Level, info_span};

use crate::axum_streams::{self, authenticate};
use crate::points::{ALWAYS, IDS, Reach, check};
use crate::{Failure, storm};

type Answer = BoxFuture<'static, Result<String, Infallible>>;
type Backend = BoxCloneSyncService<Call, String, BoxError>;

/// Who calls, and where the worker checks that.
struct Call {
    caller: String,
    point: &'static str,
    reach: Reach,
}

pub(crate) async fn run() -> Result<TrackingReport, Failure> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}/", listener.local_addr()?);
    let spans = TraceLayer::new_for_http().make_span_with(DefaultMakeSpan::new().level(Level::INFO));
    let app = Router::new().route("/", get(handler)).layer(from_fn(authenticate));
    let app = app.layer(spans).layer(RequestLayer::new()).with_state(Arc::default());
    let server = tokio::spawn(async { axum::serve(listener, app).await });

    let clients = storm::clients()?;
    storm::run(|number| storm::read(&clients[number % 2], &url, number)).await?;
    server.abort();
    Ok(tracking_report().await)
}

/// The first request makes the buffer, and so its worker.
async fn handler(State(backend): State<Arc<OnceLock<Backend>>>, headers: HeaderMap) -> Result<String, StatusCode> {
    let caller = axum_streams::caller(&headers);
    let backend = backend.get_or_init(|| Backend::new(Buffer::new(service_fn(answer), 16)));
    let in_span = Call { caller: caller.clone(), point: "buffer's worker, below its own span", reach: ALWAYS };
    let in_span = backend.clone().oneshot(in_span).instrument(info_span!("backend"));
    // `TraceLayer` has made its span before the user was known, so that one has no value of it.
    let outside = Call { caller, point: "buffer's worker, below TraceLayer's span", reach: IDS };
    let outside = backend.clone().oneshot(outside);
    let answers = tokio::join!(in_span, outside);
    answers.0.and(answers.1).map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)
}

/// The worker calls; who has asked polls the future.
fn answer(Call { caller, point, reach }: Call) -> Answer {
    check(point, reach, &caller);
    Box::pin(async move {
        tokio::time::sleep(Duration::from_millis(1)).await;
        check("answer of the buffer", ALWAYS, &caller);
        Ok(caller)
    })
}
