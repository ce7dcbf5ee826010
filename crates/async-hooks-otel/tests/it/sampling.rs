use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use async_hooks_core::AsyncResource;
use async_hooks_http::RequestLayer;
use async_hooks_otel::TailSampler;
use opentelemetry::TraceId;

use crate::services::{called_with, get, named, pipeline, serve, serve_with_status};

const LAYER: RequestLayer = RequestLayer::new();

#[test]
fn a_dull_request_is_left_out_as_a_whole_and_counted() {
    let exported = pipeline(|builder| builder.keep(TailSampler::slower_than(Duration::from_secs(60))));
    let _enabled = exported.pipeline.enable_scoped();
    let (trace, ()) = serve(&LAYER, get("/"), async || drop(AsyncResource::new("query")));
    assert_eq!(exported.spans(trace).len(), 0);
    assert!(exported.pipeline.stats().sampled_out() >= 2);
}

#[test]
fn a_slow_request_is_kept_as_a_whole() {
    let exported = pipeline(|builder| builder.keep(TailSampler::slower_than(Duration::ZERO)));
    let _enabled = exported.pipeline.enable_scoped();
    let (trace, ()) = serve(&LAYER, get("/"), async || drop(AsyncResource::new("query")));
    assert_eq!(exported.spans(trace).len(), 2);
}

#[test]
fn a_status_and_a_panic_are_failures() {
    let exported = pipeline(|builder| builder.keep(TailSampler::failed()));
    let _enabled = exported.pipeline.enable_scoped();
    let (good, ()) = serve_with_status(&LAYER, get("/"), 404, async || ());
    let (bad, ()) = serve_with_status(&LAYER, get("/"), 503, async || ());
    let (panicked, ()) = serve(&LAYER, get("/"), async || {
        let resource = AsyncResource::new("panics");
        let panics = || resource.run_in_async_scope(|| panic!("on purpose"));
        assert!(catch_unwind(AssertUnwindSafe(panics)).is_err());
    });
    assert_eq!([good, bad, panicked].map(|trace| exported.spans(trace).len().min(1)), [0, 1, 1]);
    named(&exported.spans(panicked), "panics");
}

#[test]
fn what_outlives_its_request_is_a_leak_and_is_exported_when_it_ends() {
    let exported = pipeline(|builder| builder.keep(TailSampler::leaked()));
    let _enabled = exported.pipeline.enable_scoped();
    let (clean, ()) = serve(&LAYER, get("/"), async || drop(AsyncResource::new("task")));
    let (leaky, survivor) = serve(&LAYER, get("/"), async || AsyncResource::new("survivor"));
    assert_eq!(exported.spans(clean).len(), 0);
    assert_eq!(exported.spans(leaky).len(), 1);
    let late = survivor.run_in_async_scope(|| AsyncResource::new("late"));
    drop(survivor);
    assert_eq!(exported.spans(leaky).len(), 2);
    drop(late);
    let spans = exported.spans(leaky);
    let (request, survivor, late) = (named(&spans, "GET"), named(&spans, "survivor"), named(&spans, "late"));
    assert_eq!(survivor.parent_span_id, request.span_context.span_id());
    assert_eq!(late.parent_span_id, survivor.span_context.span_id());
    assert_eq!(exported.spans(leaky).len(), 3, "nothing is exported twice");
}

#[test]
fn a_trace_that_a_trusted_caller_has_sampled_is_kept() {
    let exported = pipeline(|builder| builder.keep(TailSampler::one_in(0)));
    let _enabled = exported.pipeline.enable_scoped();
    let traceparent = |flags| format!("00-{}-00f067aa0ba902b7-{flags}", "1b".repeat(16));
    let public = RequestLayer::new().public_endpoint();
    let spans_of = |layer, flags| {
        let (trace, ()) = serve(layer, called_with(&traceparent(flags)), async || ());
        exported.spans(trace).len()
    };
    assert_eq!((spans_of(&LAYER, "00"), spans_of(&public, "01"), spans_of(&LAYER, "01")), (0, 0, 1));
}

#[test]
fn one_in_n_looks_at_the_end_of_a_random_trace_id() {
    let exported = pipeline(|builder| builder.keep(TailSampler::one_in(1_000_000)));
    let _enabled = exported.pipeline.enable_scoped();
    let kept = [("ff", 1), ("00", 0)].map(|(byte, expected)| {
        let traceparent = format!("00-{}{}-00f067aa0ba902b7-02", "2c".repeat(9), byte.repeat(7));
        let (trace, ()) = serve(&LAYER, called_with(&traceparent), async || ());
        assert_ne!(trace, TraceId::INVALID);
        (exported.spans(trace).len(), expected)
    });
    kept.into_iter().for_each(|(spans, expected)| assert_eq!(spans, expected));
}
