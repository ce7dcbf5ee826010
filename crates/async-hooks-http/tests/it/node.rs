//! Headers that Node's OpenTelemetry has sent, and headers of ours that it has gone on with.
//!
//! `fixtures/node.json` is what `cargo xtask prove interop` has recorded: a client, whose trace goes through a service of ours to a
//! service in Node, and on from there.

use async_hooks_http::{TraceContext, inject, remote_trigger};
use http::HeaderMap;
use serde_json::Value;

use crate::received;

const RECORDED: &str = include_str!("../fixtures/node.json");

/// The spans of this kind: of the client, and of the service that we have called.
fn spans(kind: u64) -> [Vec<Value>; 2] {
    let recorded: [Vec<Value>; 2] = serde_json::from_str(RECORDED).unwrap();
    recorded.map(|spans| spans.into_iter().filter(|span| span["kind"].as_u64() == Some(kind)).collect())
}

const SERVER: u64 = 1;
const CLIENT: u64 = 2;

fn text<'a>(span: &'a Value, name: &str) -> &'a str {
    span[name].as_str().unwrap()
}

fn context(span: &Value) -> TraceContext {
    received(&[("traceparent", text(span, "traceparent")), ("tracestate", text(span, "tracestate"))]).unwrap()
}

#[test]
fn what_node_has_sent_is_read_with_the_ids_that_node_has_recorded() {
    let all = spans(CLIENT).concat();
    assert_eq!(all.len(), 3);
    for span in all {
        let context = context(&span);
        assert_eq!(context.trace_id().to_string(), text(&span, "trace_id"));
        assert_eq!(context.span_id().to_string(), text(&span, "span_id"));
        assert_eq!(Some(u64::from(context.flags())), span["flags"].as_u64());
        assert!(context.is_sampled());
    }
}

#[test]
fn node_passes_on_which_resource_of_ours_has_called() {
    let [_, middle] = spans(CLIENT);
    let state = text(&middle[0], "tracestate");
    let trigger = context(&middle[0]).run(remote_trigger).unwrap();
    assert_eq!(state, format!("ah={}-{:x}", trigger.process(), trigger.async_id().as_u64()));
}

/// A header with each id as its length.
fn shape(header: &str) -> String {
    let part = |part: &str| if part.len() >= 16 { part.len().to_string() } else { part.to_owned() };
    Vec::from_iter(header.split(['-', '=']).map(part)).join("-")
}

#[test]
fn what_is_sent_now_has_the_shape_that_node_has_gone_on_with() {
    let ([caller, _], [_, served]) = (spans(CLIENT), spans(SERVER));
    // Node was called with these headers, and recorded its part as a child of their span.
    let accepted = &served[0];
    assert_eq!((accepted["is_remote"].as_bool(), accepted["flags"].as_u64()), (Some(true), Some(1)));
    assert_eq!(text(accepted, "traceparent").split('-').nth(2), Some(text(accepted, "parent_id")));

    let origin = caller.iter().find(|span| text(span, "trace_id") == text(accepted, "trace_id")).unwrap();
    let mut headers = HeaderMap::new();
    context(origin).run(|| inject(&mut headers));
    let sent = |name: &str| headers[name].to_str().unwrap().to_owned();
    assert_eq!(shape(&sent("traceparent")), shape(text(accepted, "traceparent")));
    assert_eq!(sent("traceparent").split('-').nth(1), text(accepted, "traceparent").split('-').nth(1));
    let without_id = |state: &str| shape(state.rsplit_once('-').unwrap().0);
    assert_eq!(without_id(&sent("tracestate")), without_id(text(accepted, "tracestate")));
}
