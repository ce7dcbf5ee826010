//! axum with the usual layers: streamed bodies, server-sent events; HTTP/1 and HTTP/2.

use std::convert::Infallible;

use async_hooks::diagnostics::{TrackingReport, tracking_report};
use async_hooks::http::RequestLayer;
use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response, Sse, sse::Event};
use axum::{Router, http::HeaderMap, routing::get};
use futures::StreamExt as _;
use tokio::net::TcpListener;
use tower_http::trace::{DefaultMakeSpan, TraceLayer};
use tracing::Level;

use crate::points::{ALWAYS, check};
use crate::witness::{USER, belongs_to};
use crate::work::{steps, work};
use crate::{Failure, storm};

pub(crate) async fn run() -> Result<TrackingReport, Failure> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}", listener.local_addr()?);
    let spans = TraceLayer::new_for_http().make_span_with(DefaultMakeSpan::new().level(Level::INFO));
    let app = Router::new().route("/body", get(body)).route("/events", get(events)).layer(from_fn(authenticate));
    let app = app.layer(spans).layer(RequestLayer::new());
    let server = tokio::spawn(async { axum::serve(listener, app).await });

    let clients = storm::clients()?;
    let paths = ["/body", "/events"];
    let urls = paths.map(|path| format!("{url}{path}"));
    storm::run(|number| storm::read(&clients[number % 2], &urls[number / 2 % 2], number)).await?;
    server.abort();
    Ok(tracking_report().await)
}

pub(crate) fn caller(headers: &HeaderMap) -> String {
    headers.get("x-user").and_then(|user| user.to_str().ok()).unwrap_or_default().to_owned()
}

pub(crate) async fn authenticate(request: Request, next: Next) -> Response {
    let caller = caller(request.headers());
    belongs_to(&caller);
    if !caller.starts_with("anonymous") {
        USER.enter_with(caller.clone());
    }
    let response = next.run(request).await;
    check("middleware, after the handler", ALWAYS, &caller);
    response
}

async fn body(headers: HeaderMap) -> Response {
    let caller = caller(&headers);
    work(&caller).await;
    let dropped = Dropped(caller.clone());
    let parts = steps(caller).map(move |(step, caller)| {
        check("part of a streamed body", ALWAYS, &dropped.0);
        Ok::<_, Infallible>(Bytes::from(format!("{step} for {caller}\n")))
    });
    Body::from_stream(parts).into_response()
}

/// What a body owns is dropped when it ends, or when its client has gone away.
struct Dropped(String);

impl Drop for Dropped {
    fn drop(&mut self) {
        check("drop of a streamed body", ALWAYS, &self.0);
    }
}

async fn events(headers: HeaderMap) -> impl IntoResponse {
    let caller = caller(&headers);
    work(&caller).await;
    Sse::new(steps(caller).map(|(step, caller)| {
        check("server-sent event", ALWAYS, &caller);
        Ok::<_, Infallible>(Event::default().data(format!("{step} for {caller}")))
    }))
}
