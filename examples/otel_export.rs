//! The slow request of three is exported, with all that it caused, as OpenTelemetry spans.
//!
//! ```text
//!   Server    GET              62ms  /orders/2
//!   Internal  tokio::task      62ms  examples/otel_export.rs
//!   Client    HTTP              0ns
//! 3 spans exported, 6 sampled out
//! ```
//!
//! A program would use the exporter of `opentelemetry-otlp` here. Node: `@opentelemetry/sdk-node`, whose sampler decides when a
//! request begins.

use std::convert::Infallible;
use std::error::Error;
use std::time::Duration;

use async_hooks::http::{RequestLayer, inject};
use async_hooks::otel::{SpanPipeline, TailSampler};
use async_hooks::recorder::FlightRecorder;
use axum::http::{HeaderMap, Request, Response};
use opentelemetry_sdk::trace::{InMemorySpanExporter, SpanData};
use tower::{Layer as _, ServiceExt as _};

/// The second order takes its time.
async fn query(path: String) {
    inject(&mut HeaderMap::new()); // as before each attempt of a client
    let time = if path.ends_with("/2") { 60 } else { 1 };
    tokio::time::sleep(Duration::from_millis(time)).await;
}

async fn handler(request: Request<String>) -> Result<Response<String>, Infallible> {
    let path = request.uri().path().to_owned();
    let _ = async_hooks::tokio::spawn(query(path)).await;
    Ok(Response::new(String::new()))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let exporter = InMemorySpanExporter::default();
    let recorder = FlightRecorder::builder().build();
    let slow = TailSampler::slower_than(Duration::from_millis(30)).or(TailSampler::failed());
    let pipeline = SpanPipeline::builder(&recorder, exporter.clone()).keep(slow).build();
    pipeline.enable();

    let service = RequestLayer::new().layer(tower::service_fn(handler));
    for order in 1..=3 {
        service.clone().oneshot(Request::get(format!("/orders/{order}")).body(String::new())?).await?;
    }

    assert!(pipeline.flush(Duration::from_secs(10)));
    let mut spans = exporter.get_finished_spans()?;
    spans.sort_by_key(|span| span.start_time);
    spans.iter().for_each(print);
    println!("{} spans exported, {} sampled out", pipeline.stats().exported(), pipeline.stats().sampled_out());

    let [request, task, call] = &spans[..] else { return Err("three spans of one request were expected".into()) };
    assert_eq!(task.parent_span_id, request.span_context.span_id());
    assert_eq!(call.parent_span_id, task.span_context.span_id());
    Ok(())
}

fn print(span: &SpanData) {
    let attribute = |name: &str| span.attributes.iter().find(|attribute| attribute.key.as_str() == name);
    let text = attribute("url.path").or(attribute("code.file.path")).map(|attribute| attribute.value.to_string());
    let lasted = span.end_time.duration_since(span.start_time).unwrap_or_default();
    let kind = format!("{:?}", span.span_kind);
    println!("  {kind:8}  {:12} {:>8.0?}  {}", span.name, lasted, text.unwrap_or_default());
}
