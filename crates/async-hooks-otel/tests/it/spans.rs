use std::time::SystemTime;

use async_hooks_core::{AsyncResource, FutureExt as _, Snapshot, set_attribute};
use async_hooks_http::{ClientLayer, RequestLayer, TraceContext, inject, trace_context};
use http::{HeaderMap, Request, Response};
use opentelemetry::trace::{SpanKind, Status};
use opentelemetry::{SpanId, TraceId};
use tower::{Layer as _, ServiceExt as _};

use crate::services::{attribute, called_with, get, named, pipeline, serve, serve_with_status};

const LAYER: RequestLayer = RequestLayer::new();

#[test]
fn a_request_and_what_it_caused_are_spans_below_each_other() {
    let exported = pipeline(|builder| builder);
    let _enabled = exported.pipeline.enable_scoped();
    let before = SystemTime::now();
    let (trace, ids) = serve(&LAYER, get("/orders/21?token=secret"), async || {
        let task = async {
            set_attribute("rows", 3_u32);
            AsyncResource::new("query").run_in_async_scope(|| ());
        };
        task.in_async_resource("task").await;
        trace_context().unwrap()
    });
    let spans = exported.spans(trace);
    assert_eq!(spans.len(), 3);
    let (request, task, query) = (named(&spans, "GET"), named(&spans, "task"), named(&spans, "query"));
    assert_eq!(request.span_context.span_id().to_bytes(), ids.span_id().to_bytes(), "as on the wire");
    assert_eq!(request.parent_span_id, SpanId::INVALID);
    assert_eq!(task.parent_span_id, request.span_context.span_id());
    assert_eq!(query.parent_span_id, task.span_context.span_id());
    assert_eq!([request, task].map(|span| span.span_kind.clone()), [SpanKind::Server, SpanKind::Internal]);
    assert!(spans.iter().all(|span| span.links.is_empty() && span.span_context.is_sampled()));

    let of_request = ["http.request.method", "url.path", "http.response.status_code", "async_hooks.kind"];
    let expected = ["GET", "/orders/21", "200", "http::request"].map(|value| Some(value.to_owned()));
    assert_eq!(of_request.map(|name| attribute(request, name)), expected);
    let of_task = ["rows", "async_hooks.polls", "code.file.path", "async_hooks.incomplete"];
    let expected = [Some("3".to_owned()), Some("1".to_owned()), Some(file!().to_owned()), None];
    assert_eq!(of_task.map(|name| attribute(task, name)), expected);
    assert!(["trace_id", "span_id"].iter().all(|name| attribute(request, name).is_none()));

    let times = [before, request.start_time, task.start_time, query.start_time, query.end_time, task.end_time];
    assert!(times.is_sorted(), "{times:?}");
    assert!(task.end_time <= request.end_time);
}

#[test]
fn the_span_of_the_caller_is_the_parent_and_flags_pass_unchanged() {
    let exported = pipeline(|builder| builder);
    let _enabled = exported.pipeline.enable_scoped();
    let traceparent = format!("00-{}-00f067aa0ba902b7-03", "3d".repeat(16));
    let (trace, ()) = serve(&LAYER, called_with(&traceparent), async || ());
    let spans = exported.spans(trace);
    let request = named(&spans, "GET");
    assert_eq!(request.parent_span_id.to_string(), "00f067aa0ba902b7");
    assert!(request.parent_span_is_remote);
    assert_eq!(request.span_context.trace_flags().to_u8(), 3);
}

#[test]
fn the_context_of_a_caller_who_is_not_trusted_is_a_link() {
    let exported = pipeline(|builder| builder);
    let _enabled = exported.pipeline.enable_scoped();
    let received = "4e".repeat(16);
    let layer = RequestLayer::new().public_endpoint();
    let (trace, ()) = serve(&layer, called_with(&format!("00-{received}-00f067aa0ba902b7-01")), async || ());
    let spans = exported.spans(trace);
    let request = named(&spans, "GET");
    assert_eq!(request.parent_span_id, SpanId::INVALID);
    assert_eq!(request.links[0].span_context.trace_id().to_string(), received);
    assert_eq!(request.links[0].span_context.span_id().to_string(), "00f067aa0ba902b7");
}

#[test]
fn a_call_is_a_client_span_whose_id_the_callee_has_received() {
    let exported = pipeline(|builder| builder);
    let _enabled = exported.pipeline.enable_scoped();
    let (trace, received) = serve(&LAYER, get("/"), async || {
        let callee = tower::service_fn(async |request: Request<String>| {
            let received = TraceContext::from_headers(request.headers()).unwrap();
            Ok::<_, std::convert::Infallible>(Response::new(received))
        });
        ClientLayer::new().layer(callee).oneshot(Request::post("/called").body(String::new()).unwrap()).await
    });
    let received = received.unwrap().into_body();
    let spans = exported.spans(trace);
    let (request, call) = (named(&spans, "GET"), named(&spans, "POST"));
    assert_eq!(call.span_kind, SpanKind::Client);
    assert_eq!(call.parent_span_id, request.span_context.span_id());
    assert_eq!(call.span_context.span_id().to_bytes(), received.span_id().to_bytes());
}

#[test]
fn a_bare_inject_is_a_client_span_of_zero_length_below_what_executed() {
    let exported = pipeline(|builder| builder);
    let _enabled = exported.pipeline.enable_scoped();
    let (trace, sent) = serve(&LAYER, get("/"), async || {
        AsyncResource::new("attempt").run_in_async_scope(|| {
            let mut headers = HeaderMap::new();
            inject(&mut headers);
            TraceContext::from_headers(&headers).unwrap()
        })
    });
    let spans = exported.spans(trace);
    let (attempt, call) = (named(&spans, "attempt"), named(&spans, "HTTP"));
    assert_eq!((call.span_kind.clone(), call.start_time), (SpanKind::Client, call.end_time));
    assert_eq!(call.parent_span_id, attempt.span_context.span_id());
    assert_eq!(call.span_context.span_id().to_bytes(), sent.span_id().to_bytes());
}

#[test]
fn a_trigger_that_is_not_in_the_trace_is_a_link_and_the_parent_is_what_executed() {
    let exported = pipeline(|builder| builder);
    let _enabled = exported.pipeline.enable_scoped();
    let (other, elsewhere) = serve(&LAYER, get("/"), async || AsyncResource::new("elsewhere"));
    let (trace, ()) = serve(&LAYER, get("/"), async || {
        AsyncResource::new("task").run_in_async_scope(|| {
            drop(AsyncResource::builder("caused").trigger_async_id(elsewhere.async_id()).build());
        });
    });
    let spans = exported.spans(trace);
    let (task, caused) = (named(&spans, "task"), named(&spans, "caused"));
    assert_eq!(caused.parent_span_id, task.span_context.span_id());
    assert_eq!(caused.links.len(), 1);
    drop(elsewhere);
    let others = exported.spans(other);
    assert_eq!(caused.links[0].span_context, named(&others, "elsewhere").span_context);
}

#[test]
fn a_link_to_a_job_that_goes_on_has_the_id_of_its_trace_however_long_ago_it_began() {
    let exported = pipeline(|builder| builder.root_kind("long job"));
    let _enabled = exported.pipeline.enable_scoped();
    let message = TraceContext::start();
    let job = message.run(|| AsyncResource::new("long job"));
    let link = |(trace, ()): (TraceId, ())| named(&exported.spans(trace), "caused").links.iter().next().cloned();
    let caused = async || drop(AsyncResource::builder("caused").trigger_async_id(job.async_id()).build());
    let first = link(serve(&LAYER, get("/"), caused)).unwrap();
    assert_eq!(first.span_context.trace_id().to_bytes(), message.trace_id().to_bytes());

    // What was noted of the job, which goes on, lies before all that the next batch reads.
    (0..50_000).for_each(|_| job.run_in_async_scope(|| ()));
    assert!(exported.pipeline.flush(std::time::Duration::from_secs(20)));
    job.run_in_async_scope(|| ());
    assert_eq!(link(serve(&LAYER, get("/"), caused)), Some(first));
}

#[test]
fn a_request_that_began_before_the_last_batch_is_complete() {
    let exported = pipeline(|builder| builder);
    let _enabled = exported.pipeline.enable_scoped();
    let (trace, ()) = serve(&LAYER, get("/"), async || {
        assert!(exported.pipeline.flush(std::time::Duration::from_secs(20)));
        drop(AsyncResource::new("after the batch"));
    });
    let spans = exported.spans(trace);
    assert_eq!(spans.len(), 2);
    assert!(spans.iter().all(|span| attribute(span, "async_hooks.incomplete").is_none()));
}

#[test]
fn a_resource_is_in_the_trace_of_the_context_in_which_it_was_made() {
    let exported = pipeline(|builder| builder);
    let _enabled = exported.pipeline.enable_scoped();
    let worker = AsyncResource::new("worker");
    let (trace, ()) = serve(&LAYER, get("/"), async || {
        let snapshot = Snapshot::current();
        worker.run_in_async_scope(|| snapshot.run(|| drop(AsyncResource::new("for the request"))));
        worker.run_in_async_scope(|| drop(AsyncResource::new("for nobody")));
    });
    let spans = exported.spans(trace);
    assert_eq!(spans.len(), 2);
    assert_eq!(named(&spans, "for the request").parent_span_id, named(&spans, "GET").span_context.span_id());
}

#[test]
fn a_failed_request_has_the_status_of_an_error() {
    let exported = pipeline(|builder| builder);
    let _enabled = exported.pipeline.enable_scoped();
    let (trace, ()) = serve_with_status(&LAYER, get("/"), 503, async || ());
    let spans = exported.spans(trace);
    assert_eq!(named(&spans, "GET").status, Status::error("503"));
    assert_eq!(attribute(&spans[0], "error.type").as_deref(), Some("503"));
}

#[test]
fn jobs_of_one_message_go_on_with_its_trace_and_keep_what_they_caused_apart() {
    let exported = pipeline(|builder| builder.root_kind("job"));
    let _enabled = exported.pipeline.enable_scoped();
    let message = TraceContext::start();
    let jobs = [0, 1].map(|_| message.run(|| AsyncResource::new("job")));
    for (job, kind) in jobs.iter().zip(["first", "second"]) {
        job.run_in_async_scope(|| drop(AsyncResource::new(kind)));
    }
    let ids = jobs.each_ref().map(|job| job.async_id().to_string());
    drop(jobs);
    let spans = exported.spans(TraceId::from_bytes(message.trace_id().to_bytes()));
    assert_eq!(spans.len(), 4);
    for (id, kind) in ids.into_iter().zip(["first", "second"]) {
        let job = spans.iter().find(|span| attribute(span, "async_hooks.async_id").as_ref() == Some(&id)).unwrap();
        assert_eq!(job.parent_span_id.to_bytes(), message.span_id().to_bytes());
        assert_eq!(named(&spans, kind).parent_span_id, job.span_context.span_id());
    }
}

#[test]
fn a_request_that_is_served_by_the_same_process_is_in_the_same_trace_once() {
    let exported = pipeline(|builder| builder);
    let _enabled = exported.pipeline.enable_scoped();
    let (trace, ()) = serve(&LAYER, get("/outer"), async || {
        let callee = LAYER.layer(tower::service_fn(async |_: Request<String>| {
            drop(AsyncResource::new("inner"));
            Ok::<_, std::convert::Infallible>(Response::new(String::new()))
        }));
        let call = ClientLayer::new().layer(callee).oneshot(Request::put("/inner").body(String::new()).unwrap());
        drop(call.await);
    });
    let spans = exported.spans(trace);
    assert_eq!(spans.len(), 4);
    let of_kind = |name: &str, kind| spans.iter().find(|span| span.name == name && span.span_kind == kind).unwrap();
    let (outer, call) = (of_kind("GET", SpanKind::Server), of_kind("PUT", SpanKind::Client));
    let (callee, inner) = (of_kind("PUT", SpanKind::Server), of_kind("inner", SpanKind::Internal));
    assert_eq!(call.parent_span_id, outer.span_context.span_id());
    assert_eq!(callee.parent_span_id, call.span_context.span_id());
    assert!(callee.links.is_empty(), "its trigger is its parent already");
    assert_eq!(inner.parent_span_id, callee.span_context.span_id());
}
