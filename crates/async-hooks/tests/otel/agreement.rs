use std::collections::{HashMap, HashSet};
use std::convert::Infallible;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_hooks::http::{RequestLayer, trace_context};
use async_hooks::otel::SpanPipeline;
use async_hooks::recorder::FlightRecorder;
use async_hooks::{AsyncHook, AsyncId, AsyncResource, Events, Hook, Resource};
use axum::http::{Request, Response};
use opentelemetry::{SpanId, Value};
use opentelemetry_sdk::trace::{InMemorySpanExporter, SpanData};
use tower::{Layer as _, ServiceExt as _};

use crate::runtimes::{both, serve_alone};

/// What an independent hook has seen of each resource that is created in a trace.
///
/// Its trigger, and the trace.
#[derive(Default)]
struct Seen(Mutex<HashMap<AsyncId, (Option<AsyncId>, String)>>);

impl Hook for Seen {
    fn init(&self, resource: &Resource) {
        if let Some(trace) = trace_context() {
            let seen = (resource.trigger_async_id(), trace.trace_id().to_string());
            self.0.lock().unwrap().insert(resource.async_id(), seen);
        }
    }

    fn events(&self) -> Events {
        Events::INIT
    }
}

/// A handler that spawns, awaits, blocks and spawns again.
async fn handler(_: Request<String>) -> Result<Response<String>, Infallible> {
    let tasks = Vec::from_iter((0..3).map(|_| {
        async_hooks::tokio::spawn(async {
            tokio::task::yield_now().await;
            AsyncResource::new("query").run_in_async_scope(|| ());
            let job = async_hooks::tokio::spawn_blocking(|| drop(AsyncResource::new("file")));
            job.await.unwrap();
        })
    }));
    for task in tasks {
        task.await.unwrap();
    }
    Ok(Response::new(String::new()))
}

fn async_id(span: &SpanData) -> AsyncId {
    let found = span.attributes.iter().find(|attribute| attribute.key.as_str() == "async_hooks.async_id").unwrap();
    let Value::I64(id) = found.value else { panic!("{found:?}") };
    AsyncId::from_u64(id as u64).unwrap()
}

#[test]
fn spans_of_many_requests_agree_with_an_independent_hook() {
    const REQUESTS: usize = 50;
    let _alone = serve_alone();
    for runtime in both() {
        let seen = Arc::<Seen>::default();
        let exporter = InMemorySpanExporter::default();
        let pipeline = SpanPipeline::builder(&FlightRecorder::builder().build(), exporter.clone()).build();
        let _enabled = (pipeline.enable_scoped(), AsyncHook::new(Arc::clone(&seen)).enable_scoped());
        runtime.block_on(async {
            let layer = RequestLayer::new();
            let serve = |_| tokio::spawn(layer.layer(tower::service_fn(handler)).oneshot(Request::new(String::new())));
            for request in Vec::from_iter((0..REQUESTS).map(serve)) {
                drop(request.await.unwrap());
            }
        });
        // The end of a task may be reported after its join.
        drop(runtime);
        assert!(pipeline.flush(Duration::from_secs(20)));
        assert_agreement(&exporter.get_finished_spans().unwrap(), &seen.0.lock().unwrap(), REQUESTS);
    }
}

fn assert_agreement(spans: &[SpanData], seen: &HashMap<AsyncId, (Option<AsyncId>, String)>, requests: usize) {
    let exported = HashSet::<AsyncId>::from_iter(spans.iter().map(async_id));
    assert_eq!(exported.len(), spans.len(), "none is exported twice");
    assert_eq!(exported, HashSet::from_iter(seen.keys().copied()));
    assert_eq!(spans.len(), requests * (1 + 3 * 4));
    let ids =
        HashMap::<SpanId, AsyncId>::from_iter(spans.iter().map(|span| (span.span_context.span_id(), async_id(span))));
    for span in spans {
        let (trigger, trace) = &seen[&async_id(span)];
        assert_eq!(span.span_context.trace_id().to_string(), *trace);
        assert!(span.links.is_empty() && span.start_time <= span.end_time);
        match ids.get(&span.parent_span_id) {
            Some(parent) => assert_eq!(Some(*parent), *trigger),
            None => assert_eq!((&*span.name, span.parent_span_id), ("GET", SpanId::INVALID)),
        }
    }
}
