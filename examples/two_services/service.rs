//! A service that calls the next one, and answers with what all know of the request.

use std::error::Error;

use async_hooks::execution_async_id;
use async_hooks::http::{ProcessTag, RequestLayer, inject, remote_trigger, trace_context};
use axum::http::{HeaderMap, StatusCode};
use axum::{Json, Router, routing::get};
use serde::{Deserialize, Serialize};
use tokio::net::TcpListener;

/// What one service knows of the request.
#[derive(Deserialize, Serialize)]
pub(crate) struct Hop {
    pub(crate) service: String,
    pub(crate) process: String,
    pub(crate) async_id: u64,
    pub(crate) trace_id: String,
    pub(crate) caller: Option<String>,
}

/// Serves until the process is ended.
pub(crate) async fn run(name: String, next: String) -> Result<(), Box<dyn Error>> {
    let app = Router::new().route("/", get(move || answer(name, next))).layer(RequestLayer::new());
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("http://{}/", listener.local_addr()?);
    Ok(axum::serve(listener, app).await?)
}

async fn answer(name: String, next: String) -> Result<Json<Vec<Hop>>, StatusCode> {
    let mut hops = vec![here(name)];
    if !next.is_empty() {
        hops.extend(call(&next).await.map_err(|_| StatusCode::BAD_GATEWAY)?);
    }
    Ok(Json(hops))
}

fn here(service: String) -> Hop {
    let caller = remote_trigger().map(|caller| format!("{} of process {}", caller.async_id(), caller.process()));
    Hop {
        service,
        process: ProcessTag::current().to_string(),
        async_id: execution_async_id().as_u64(),
        trace_id: trace_context().map(|trace| trace.trace_id().to_string()).unwrap_or_default(),
        caller,
    }
}

async fn call(next: &str) -> reqwest::Result<Vec<Hop>> {
    let mut headers = HeaderMap::new();
    inject(&mut headers);
    let client = reqwest::Client::builder().no_proxy().build()?;
    client.get(next).headers(headers).send().await?.json().await
}
