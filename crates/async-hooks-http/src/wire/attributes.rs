//! The attributes of a span and of its request, for the hooks that want them.

use async_hooks_core::AttributeValue;
use async_hooks_core::runtime::set_attributes;
use http::Request;

use crate::wire::span_id::SpanId;
use crate::wire::trace_context::TraceContext;

/// Sets them on the executing resource. Without a parent the span is the first of its trace.
#[cold]
pub(crate) fn set_of_span<B>(trace: &TraceContext, span_id: SpanId, parent: Option<SpanId>, request: &Request<B>) {
    let trace_id = trace.trace_id();
    let parent = parent.as_ref().map(SpanId::as_str);
    let attributes: [(&str, AttributeValue<'_>); 6] = [
        ("trace_id", trace_id.as_str().into()),
        ("span_id", span_id.as_str().into()),
        ("trace_flags", u64::from(trace.flags()).into()),
        ("http.request.method", request.method().as_str().into()),
        ("url.path", request.uri().path().into()),
        ("parent_span_id", parent.unwrap_or_default().into()),
    ];
    set_attributes(&attributes[..5 + usize::from(parent.is_some())]);
}
