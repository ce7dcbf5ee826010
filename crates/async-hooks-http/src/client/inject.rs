//! The headers of a call.

use async_hooks_core::runtime::wants_attributes;
use async_hooks_core::set_attribute;
use http::HeaderMap;

use crate::baggage::baggage::{self, Baggage};
use crate::current::flow::FLOW;
use crate::wire::remote_trigger::RemoteTrigger;
use crate::wire::span_id::SpanId;
use crate::wire::trace_context::{TraceContext, replace};

/// Writes the trace context, and what travels with it, into the headers of a call.
///
/// Use it with any client; for a tower client there is [`ClientLayer`](crate::ClientLayer). It replaces `traceparent`,
/// `tracestate` and `baggage`: the trace is that of the request that this code runs for, or a new one outside of
/// requests. Each call has a span id of its own, so call it once for each attempt.
///
/// Hooks receive the span id as the attribute `injected_span_id` of the executing resource.
///
/// W3C: [Trace Context level 2](https://www.w3.org/TR/trace-context-2/), [Baggage](https://www.w3.org/TR/baggage/).
///
/// # Examples
///
/// ```
/// use async_hooks_http::{TraceContext, inject};
///
/// let request = TraceContext::start();
/// let mut headers = http::HeaderMap::new();
/// request.run(|| inject(&mut headers));
///
/// let sent = TraceContext::from_headers(&headers).unwrap();
/// assert_eq!(sent.trace_id(), request.trace_id());
/// assert_ne!(sent.span_id(), request.span_id());
/// ```
pub fn inject(headers: &mut HeaderMap) {
    inject_alone(Callee::Trusted, headers);
}

/// Writes the headers of a call to a third-party service.
///
/// It is [`inject`] without baggage, and without the entry `ah` in `tracestate`. The trace goes on, so the callee can be
/// found in it. What others have written into `tracestate` is passed on, because the standard asks for it.
///
/// W3C: [privacy considerations](https://www.w3.org/TR/trace-context-2/#privacy-considerations).
///
/// # Examples
///
/// ```
/// use async_hooks_http::inject_third_party;
///
/// let mut headers = http::HeaderMap::new();
/// inject_third_party(&mut headers);
/// assert!(headers.contains_key("traceparent"));
/// assert!(!headers.contains_key("tracestate") && !headers.contains_key("baggage"));
/// ```
pub fn inject_third_party(headers: &mut HeaderMap) {
    inject_alone(Callee::ThirdParty, headers);
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Callee {
    Trusted,
    ThirdParty,
}

/// Writes the headers of a call that is no resource.
fn inject_alone(callee: Callee, headers: &mut HeaderMap) {
    let span_id = SpanId::random();
    FLOW.with(|flow| match flow {
        Some(flow) => inject_as(callee, &flow.trace, span_id, headers),
        None => inject_as(callee, &TraceContext::start(), span_id, headers),
    });
    if wants_attributes() {
        set_attribute("injected_span_id", span_id.as_str());
    }
}

/// Writes the headers of a call in this trace that has this span id.
pub(super) fn inject_as(callee: Callee, trace: &TraceContext, span_id: SpanId, headers: &mut HeaderMap) {
    let is_trusted = callee == Callee::Trusted;
    trace.write(span_id, is_trusted.then(RemoteTrigger::here), headers);
    let baggage = is_trusted.then(|| FLOW.with(Baggage::sent_from));
    replace(headers, &baggage::NAME, baggage.and_then(|baggage| baggage.to_header_value()));
}
