//! What calls carry.

use async_hooks_core::{AsyncResource, detached};
use async_hooks_http::{ProcessTag, TraceContext, inject, remote_trigger};
use http::HeaderMap;

use crate::{TRACE_ID, TRACEPARENT, headers, received};

fn injected() -> HeaderMap {
    let mut headers = HeaderMap::new();
    inject(&mut headers);
    headers
}

fn sent(headers: &HeaderMap) -> TraceContext {
    TraceContext::from_headers(headers).unwrap()
}

#[test]
fn each_call_in_a_trace_has_a_parent_id_of_its_own() {
    let context = received(&[("traceparent", TRACEPARENT)]).unwrap();
    let [one, another] = context.run(|| [sent(&injected()), sent(&injected())]);
    assert_eq!((one.trace_id().to_string(), another.trace_id()), (TRACE_ID.to_owned(), one.trace_id()));
    let ids = [context.span_id(), one.span_id(), another.span_id()];
    assert!(ids[0] != ids[1] && ids[1] != ids[2] && ids[0] != ids[2], "{ids:?}");
}

#[test]
fn flags_are_sent_as_they_came() {
    for flags in ["00", "01", "02", "03"] {
        let context = received(&[("traceparent", &format!("00-{TRACE_ID}-00f067aa0ba902b7-{flags}"))]).unwrap();
        assert_eq!(format!("{:02x}", sent(&context.run(injected)).flags()), flags);
    }
}

#[test]
fn calls_outside_of_any_trace_start_one_each() {
    let [one, another] = [sent(&injected()), sent(&injected())];
    assert_ne!(one.trace_id(), another.trace_id());
    assert_eq!((one.flags(), another.flags()), (0x03, 0x03));
}

#[test]
fn a_detached_call_is_outside_of_the_trace() {
    let context = TraceContext::start();
    let call = context.run(|| detached(|| sent(&injected())));
    assert_ne!(call.trace_id(), context.trace_id());
}

#[test]
fn headers_that_were_there_are_replaced() {
    let mut replaced = headers(&[
        ("traceparent", TRACEPARENT),
        ("traceparent", TRACEPARENT),
        ("tracestate", "foo=1"),
        ("baggage", "user=alice"),
        ("accept", "*/*"),
    ]);
    inject(&mut replaced);
    assert_eq!(replaced.get_all("traceparent").iter().count(), 1);
    assert_ne!(sent(&replaced).trace_id().to_string(), TRACE_ID);
    assert_eq!(sent(&replaced).tracestate(), "");
    assert!(!replaced.contains_key("baggage"));
    assert_eq!(replaced["accept"], "*/*");
}

#[test]
fn the_callee_learns_which_resource_of_which_process_calls() {
    let job = AsyncResource::new("job");
    let headers = job.run_in_async_scope(injected);
    let caller = sent(&headers).run(remote_trigger).unwrap();
    assert_eq!((caller.process(), caller.async_id()), (ProcessTag::current(), job.async_id()));
}

#[test]
fn a_full_header_map_takes_nothing_and_keeps_no_foreign_trace() {
    let mut full = headers(&[("traceparent", TRACEPARENT)]);
    let mut names = (0..).map(|n| http::HeaderName::try_from(format!("x-{n}")).unwrap());
    while full.try_insert(names.next().unwrap(), http::HeaderValue::from_static("1")).is_ok() {}
    inject(&mut full);
    assert_ne!(full.get("traceparent").map(http::HeaderValue::as_bytes), Some(TRACEPARENT.as_bytes()));
}

#[test]
fn a_trace_of_a_message_ends_with_its_call() {
    let message = TraceContext::start();
    let reply = message.run(|| TraceContext::start().run(|| async_hooks_http::trace_context().unwrap()));
    assert_ne!(reply.trace_id(), message.trace_id());
    assert_eq!(async_hooks_http::trace_context(), None);
}
