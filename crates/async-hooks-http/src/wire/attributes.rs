//! The attributes of a span and of its request, for the hooks that want them.

use async_hooks_core::AttributeValue;
use async_hooks_core::runtime::set_attributes;
use http::Request;

use crate::wire::span_id::SpanId;
use crate::wire::trace_context::TraceContext;

/// Describes the executing resource as a request in a trace.
///
/// Without a parent its span is the first of the trace.
#[cold]
pub(crate) fn describe_in_trace<B>(
    request: &Request<B>,
    trace: &TraceContext,
    span_id: SpanId,
    parent: Option<SpanId>,
) {
    let trace_id = trace.trace_id();
    let parent = parent.as_ref().map(SpanId::as_str);
    let [method, path] = of_request(request);
    let attributes = [
        ("trace_id", trace_id.as_str().into()),
        ("span_id", span_id.as_str().into()),
        ("trace_flags", u64::from(trace.flags()).into()),
        method,
        path,
        ("parent_span_id", parent.unwrap_or_default().into()),
    ];
    set_attributes(&attributes[..5 + usize::from(parent.is_some())]);
}

/// Describes the executing resource as a request in no trace.
#[cold]
pub(crate) fn describe<B>(request: &Request<B>) {
    set_attributes(&of_request(request));
}

fn of_request<B>(request: &Request<B>) -> [(&'static str, AttributeValue<'_>); 2] {
    [("http.request.method", request.method().as_str().into()), ("url.path", request.uri().path().into())]
}
