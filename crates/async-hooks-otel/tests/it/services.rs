//! Requests, and how their spans are found.

use std::cell::Cell;
use std::convert::Infallible;
use std::time::Duration;

use async_hooks_http::{RequestLayer, trace_context};
use async_hooks_otel::{SpanPipeline, SpanPipelineBuilder};
use async_hooks_recorder::FlightRecorder;
use futures_executor::block_on;
use http::{Request, Response};
use opentelemetry::TraceId;
use opentelemetry_sdk::trace::{InMemorySpanExporter, SpanData};
use tower::{Layer as _, ServiceExt as _};

/// More than any test needs.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// A pipeline into memory.
///
/// Other tests run at the same time: look at the spans of your own traces.
pub(crate) struct Exported {
    pub(crate) exporter: InMemorySpanExporter,
    pub(crate) pipeline: SpanPipeline,
}

pub(crate) fn pipeline(settings: impl FnOnce(SpanPipelineBuilder) -> SpanPipelineBuilder) -> Exported {
    let exporter = InMemorySpanExporter::default();
    let recorder = FlightRecorder::builder().memory(4 << 20).build();
    let pipeline = settings(SpanPipeline::builder(&recorder, exporter.clone())).build();
    Exported { exporter, pipeline }
}

impl Exported {
    /// The spans of a trace, after a flush.
    pub(crate) fn spans(&self, trace: TraceId) -> Vec<SpanData> {
        assert!(self.pipeline.flush(PATIENCE));
        let spans = self.exporter.get_finished_spans().unwrap();
        spans.into_iter().filter(|span| span.span_context.trace_id() == trace).collect()
    }
}

pub(crate) fn named<'a>(spans: &'a [SpanData], name: &str) -> &'a SpanData {
    let found = Vec::from_iter(spans.iter().filter(|span| span.name == name));
    assert_eq!(found.len(), 1, "{name} in {:?}", Vec::from_iter(spans.iter().map(|span| &span.name)));
    found[0]
}

pub(crate) fn attribute(span: &SpanData, name: &str) -> Option<String> {
    let found = span.attributes.iter().find(|attribute| attribute.key.as_str() == name);
    found.map(|attribute| attribute.value.to_string())
}

/// Serves one request; returns the trace of it, and what the handler has returned.
pub(crate) fn serve<R>(
    layer: &RequestLayer,
    request: Request<String>,
    handler: impl AsyncFnOnce() -> R,
) -> (TraceId, R) {
    serve_with_status(layer, request, 200, handler)
}

pub(crate) fn serve_with_status<R>(
    layer: &RequestLayer,
    request: Request<String>,
    status: u16,
    handler: impl AsyncFnOnce() -> R,
) -> (TraceId, R) {
    let (result, handler) = (&Cell::new(None), &Cell::new(Some(handler)));
    let service = layer.layer(tower::service_fn(|_: Request<String>| async move {
        let handler = handler.take().unwrap();
        let trace = TraceId::from_bytes(trace_context().unwrap().trace_id().to_bytes());
        result.set(Some((trace, handler().await)));
        Ok::<_, Infallible>(Response::builder().status(status).body(String::new()).unwrap())
    }));
    drop(block_on(service.oneshot(request)));
    result.take().unwrap()
}

pub(crate) fn get(path: &str) -> Request<String> {
    Request::get(path).body(String::new()).unwrap()
}

/// A request whose caller has this trace.
pub(crate) fn called_with(traceparent: &str) -> Request<String> {
    Request::get("/called").header("traceparent", traceparent).body(String::new()).unwrap()
}
