//! Headers are read within their bounds, and print as what they are read from.

use async_hooks_http::{Baggage, TraceContext, inject};
use http::{HeaderMap, HeaderValue};

const TRACEPARENT: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

/// One header a line, of those that a server would hand over.
fn map(name: &'static str, bytes: &[u8]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for value in bytes.split(|byte| *byte == b'\n').filter_map(|line| HeaderValue::from_bytes(line).ok()) {
        headers.append(name, value);
    }
    headers
}

fn value(text: &str) -> HeaderValue {
    HeaderValue::from_str(text).expect("what is printed is a header")
}

/// Two headers are none; what is read is what it prints.
pub fn traceparent(bytes: &[u8]) {
    let headers = map("traceparent", bytes);
    let Some(context) = TraceContext::from_headers(&headers) else { return };
    assert_eq!(headers.len(), 1);
    let mut again = HeaderMap::new();
    again.insert("traceparent", value(&context.to_string()));
    assert_eq!(TraceContext::from_headers(&again), Some(context));
}

/// At most 32 members are kept, and they are sent as they came.
pub fn tracestate(bytes: &[u8]) {
    let mut headers = map("tracestate", bytes);
    headers.insert("traceparent", HeaderValue::from_static(TRACEPARENT));
    let context = TraceContext::from_headers(&headers).expect("a valid traceparent");
    assert!(context.tracestate().split(',').count() <= 32);
    let mut sent = HeaderMap::new();
    context.run(|| inject(&mut sent));
    let received = TraceContext::from_headers(&sent).expect("what is sent is valid");
    assert!(received.tracestate() == context.tracestate());
}

/// At most 64 members and 8,192 bytes are kept, and they print as what they are read from.
pub fn baggage(bytes: &[u8]) {
    let baggage = Baggage::from_headers(&map("baggage", bytes));
    let text = baggage.to_string();
    assert!(text.len() <= 8192 && baggage.members().count() <= 64);
    let again = Baggage::parse(value(&text).to_str().unwrap_or(&text));
    assert_eq!(again, baggage);
    for (member, again) in baggage.members().zip(again.members()) {
        assert_eq!((member.key(), member.value()), (again.key(), again.value()));
        assert!(member.properties().eq(again.properties()));
    }
}
