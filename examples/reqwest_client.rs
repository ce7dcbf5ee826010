//! A client whose calls belong to a trace, with `reqwest`.
//!
//! It makes plain calls, and calls through a tower layer.
//!
//! A job that a clock starts makes two calls. The server sees one trace, two parent ids, and which resource has called.
//!
//! ```text
//! 93498398583ac9114d53678aaaf53591 0fdf64554d099762
//! 93498398583ac9114d53678aaaf53591 0fdf64554d099762
//! ```
//!
//! Node: `undici` under an OpenTelemetry instrumentation.

use std::error::Error;

use async_hooks::http::{ClientLayer, ProcessTag, RequestLayer, TraceContext, inject, remote_trigger, trace_context};
use axum::http::HeaderMap;
use axum::{Router, routing::get};
use tokio::net::TcpListener;
use tower::{Layer as _, ServiceExt as _};

/// Answers with the trace id, and with the process that has called.
async fn seen() -> String {
    let trace = trace_context().map(|trace| trace.trace_id().to_string());
    let caller = remote_trigger().map(|caller| caller.process().to_string());
    format!("{} {}", trace.unwrap_or_default(), caller.unwrap_or_default())
}

/// A plain call: `inject` writes the headers, once for each attempt.
async fn plain(client: &reqwest::Client, url: &str) -> reqwest::Result<String> {
    let mut headers = HeaderMap::new();
    inject(&mut headers);
    client.get(url).headers(headers).send().await?.text().await
}

/// Through a layer each call is a resource of its own, of kind `"http::client"`.
async fn layered(client: reqwest::Client, url: &str) -> Result<String, Box<dyn Error>> {
    let to_reqwest = tower::service_fn(move |request: axum::http::Request<reqwest::Body>| {
        let client = client.clone();
        async move { client.execute(request.try_into()?).await }
    });
    let request = axum::http::Request::get(url).body(reqwest::Body::default())?;
    Ok(ClientLayer::new().layer(to_reqwest).oneshot(request).await?.text().await?)
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}/", listener.local_addr()?);
    let app = Router::new().route("/", get(seen)).layer(RequestLayer::new());
    tokio::spawn(async { axum::serve(listener, app).await });

    let client = reqwest::Client::builder().no_proxy().build()?;
    let job = TraceContext::start();
    let answers =
        job.scope(async { Ok::<_, Box<dyn Error>>([plain(&client, &url).await?, layered(client, &url).await?]) });
    for answer in answers.await? {
        println!("{answer}");
        assert_eq!(answer, format!("{} {}", job.trace_id(), ProcessTag::current()));
    }
    Ok(())
}
