//! axum without a layer of ours: `enter_with` in a middleware, `scope` in another.
//!
//! On stable the tasks of the connections are not tracked, so `enter_with` sets nothing there: for nobody, rather than for all.

use std::time::Duration;

use async_hooks::diagnostics::{TrackingReport, tracking_report};
use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use axum::{Router, http::HeaderMap, routing::get};
use tokio::net::TcpListener;

use crate::axum_streams::caller;
use crate::points::{Need, Reach, VALUES, check};
use crate::witness::USER;
use crate::{Failure, storm};

/// The connection's task knows its user where plain tasks are tracked.
const ENTERED: Reach = Reach { values: Need::Row("tokio::spawn"), ids: Need::No };

pub(crate) async fn run() -> Result<TrackingReport, Failure> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}", listener.local_addr()?);
    let entered = Router::new().route("/entered", get(entered)).layer(from_fn(enter));
    let scoped = Router::new().route("/scoped", get(scoped)).layer(from_fn(scope));
    let server = tokio::spawn(async { axum::serve(listener, entered.merge(scoped)).await });

    let clients = storm::clients()?;
    let urls = ["/entered", "/scoped"].map(|path| format!("{url}{path}"));
    // All have a name: on a kept connection of a tracked task, a request without one would see its predecessor's.
    storm::run(|number| storm::read(&clients[number % 2], &urls[number / 2 % 2], number * 5 + 1)).await?;
    server.abort();
    Ok(tracking_report().await)
}

async fn enter(request: Request, next: Next) -> Response {
    USER.enter_with(caller(request.headers()));
    next.run(request).await
}

async fn scope(request: Request, next: Next) -> Response {
    USER.scope(caller(request.headers()), next.run(request)).await
}

async fn entered(headers: HeaderMap) -> String {
    let caller = caller(&headers);
    check("below enter_with", ENTERED, &caller);
    tokio::time::sleep(Duration::from_millis(1)).await;
    check("below enter_with, after a timer", ENTERED, &caller);
    caller
}

async fn scoped(headers: HeaderMap) -> String {
    let caller = caller(&headers);
    check("below scope", VALUES, &caller);
    tokio::time::sleep(Duration::from_millis(1)).await;
    check("below scope, after a timer", VALUES, &caller);
    caller
}
