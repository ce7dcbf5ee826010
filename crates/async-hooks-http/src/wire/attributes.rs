//! The attributes that describe a span of a trace, for the hooks that want them.

use async_hooks_core::set_attribute;

use crate::wire::span_id::SpanId;
use crate::wire::trace_context::TraceContext;

/// Sets them on the executing resource. Without a parent the span is the first of its trace.
#[cold]
pub(crate) fn set_of_span(trace: &TraceContext, span_id: SpanId, parent: Option<SpanId>) {
    set_attribute("trace_id", trace.trace_id().as_str());
    set_attribute("span_id", span_id.as_str());
    if let Some(parent) = parent {
        set_attribute("parent_span_id", parent.as_str());
    }
    set_attribute("trace_flags", u64::from(trace.flags()));
}
