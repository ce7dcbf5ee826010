//! The headers, as anybody reads and writes them.

#![allow(clippy::unwrap_used, reason = "a test that meets the impossible may stop there")]

mod traceparent;
mod tracestate;
mod baggage;
mod shared_locals;
mod inject;
mod node;
mod hostile;
mod types;
mod without_hooks;

use async_hooks_http::TraceContext;
use http::{HeaderMap, HeaderName, HeaderValue};

const TRACE_ID: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const TRACEPARENT: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

fn headers(fields: &[(&'static str, &str)]) -> HeaderMap {
    let field = |(name, value): &(&'static str, &str)| {
        (HeaderName::from_static(name), HeaderValue::from_bytes(value.as_bytes()).unwrap())
    };
    let mut headers = HeaderMap::new();
    for (name, value) in fields.iter().map(field) {
        headers.append(name, value);
    }
    headers
}

fn received(fields: &[(&'static str, &str)]) -> Option<TraceContext> {
    TraceContext::from_headers(&headers(fields))
}
