use std::convert::Infallible;
use std::time::Duration;

use async_hooks::AsyncResource;
use async_hooks::http::RequestLayer;
use async_hooks::otel::SpanPipeline;
use async_hooks::recorder::FlightRecorder;
use axum::http::{Request, Response};
use opentelemetry_sdk::trace::{InMemorySpanExporter, SpanData};
use tower::{Layer as _, ServiceExt as _};
use tracing_subscriber::layer::SubscriberExt as _;

use crate::runtimes::serve_alone;

async fn handler(_: Request<String>) -> Result<Response<String>, Infallible> {
    let outer = tracing::info_span!("outer").entered();
    let inner = tracing::info_span!("inner").entered();
    drop(AsyncResource::new("query in spans"));
    drop((inner, outer));
    Ok(Response::new(String::new()))
}

/// The spans of the one request that is served under a subscriber.
fn exported(with_spans: bool) -> Vec<SpanData> {
    let _alone = serve_alone();
    let exporter = InMemorySpanExporter::default();
    let recorder = FlightRecorder::builder().build();
    let pipeline = SpanPipeline::builder(&recorder, exporter.clone()).spans(with_spans).build();
    let _enabled = pipeline.enable_scoped();
    let subscriber = tracing_subscriber::registry().with(async_hooks::tracing::layer());
    let request = RequestLayer::new().layer(tower::service_fn(handler)).oneshot(Request::new(String::new()));
    drop(tracing::subscriber::with_default(subscriber, || futures::executor::block_on(request)));
    assert!(pipeline.flush(Duration::from_secs(20)));
    let spans = exporter.get_finished_spans().unwrap();
    let query = spans.iter().find(|span| span.name == "query in spans").unwrap().clone();
    let is_ours = |span: &SpanData| span.span_context.trace_id() == query.span_context.trace_id();
    spans.into_iter().filter(is_ours).collect()
}

fn parent_of<'a>(spans: &'a [SpanData], name: &str) -> &'a str {
    let span = spans.iter().find(|span| span.name == name).unwrap();
    let parent = spans.iter().find(|parent| parent.span_context.span_id() == span.parent_span_id);
    parent.map_or("", |parent| &parent.name)
}

#[test]
fn spans_of_tracing_are_in_the_trace() {
    let spans = exported(true);
    assert_eq!(spans.len(), 4);
    assert_eq!(["query in spans", "inner", "outer"].map(|name| parent_of(&spans, name)), ["inner", "outer", "GET"]);
}

#[test]
fn spans_of_tracing_are_left_to_another_exporter_and_what_is_in_them_is_below_the_request() {
    let spans = exported(false);
    assert_eq!(spans.len(), 2);
    assert_eq!(parent_of(&spans, "query in spans"), "GET");
}
