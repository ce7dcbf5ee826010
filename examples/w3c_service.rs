//! A service for W3C's official test suite of Trace Context: it calls the URLs it receives.
//!
//! `cargo run --example w3c_service 5000`, then `python3 test.py http://127.0.0.1:5000/test` in the suite. Without a port it
//! calls itself once and ends. All 41 cases pass, with `SPEC_LEVEL=2 STRICT_LEVEL=2` as well.
//!
//! Node: the test server of an OpenTelemetry propagator.

use std::env;
use std::error::Error;

use async_hooks::http::{RequestLayer, inject, trace_context};
use axum::http::{HeaderMap, StatusCode};
use axum::{Json, Router, routing::post};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::net::TcpListener;

#[derive(Deserialize)]
struct Call {
    url: String,
    arguments: Value,
}

/// The trace of the request, and those of its calls. The suite does not look at it.
#[derive(Debug, Default, Deserialize, Serialize)]
struct Answer {
    trace_ids: Vec<String>,
}

/// Each call carries the trace of this request, and a parent id of its own.
async fn test(Json(calls): Json<Vec<Call>>) -> Result<Json<Answer>, StatusCode> {
    let client = reqwest::Client::builder().no_proxy().build().map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?;
    let mut trace_ids: Vec<_> = trace_context().map(|trace| trace.trace_id().to_string()).into_iter().collect();
    for call in calls {
        let mut headers = HeaderMap::new();
        inject(&mut headers);
        let answer = client.post(call.url).headers(headers).json(&call.arguments).send().await;
        let answer: Answer = async { answer?.json().await }.await.unwrap_or_default();
        trace_ids.extend(answer.trace_ids);
    }
    Ok(Json(Answer { trace_ids }))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let app = Router::new().route("/test", post(test)).layer(RequestLayer::new());
    let port: u16 = env::args().nth(1).map_or(Ok(0), |port| port.parse())?;
    let listener = TcpListener::bind(("127.0.0.1", port)).await?;
    let url = format!("http://{}/test", listener.local_addr()?);
    if port != 0 {
        return Ok(axum::serve(listener, app).await?);
    }
    tokio::spawn(async { axum::serve(listener, app).await });

    // The service calls itself, and that call makes two more.
    let leaf = || json!({ "url": &url, "arguments": [] });
    let calls = json!([{ "url": &url, "arguments": [leaf(), leaf()] }]);
    let client = reqwest::Client::builder().no_proxy().build()?;
    let traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    let answer: Answer = client.post(&url).header("traceparent", traceparent).json(&calls).send().await?.json().await?;
    println!("{answer:#?}");
    assert_eq!(answer.trace_ids, ["4bf92f3577b34da6a3ce929d0e0e4736"; 4]);
    Ok(())
}
