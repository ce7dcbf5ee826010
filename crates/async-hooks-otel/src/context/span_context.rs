//! A trace context of ours, as OpenTelemetry has it.

use std::str::FromStr as _;

use async_hooks_http::TraceContext;
use opentelemetry::trace::{SpanContext, TraceState};
use opentelemetry::{SpanId, TraceFlags, TraceId};

/// It is the span of this process, so it is not remote.
pub(super) fn span_context(trace: &TraceContext) -> SpanContext {
    let trace_id = TraceId::from_bytes(trace.trace_id().to_bytes());
    let span_id = SpanId::from_bytes(trace.span_id().to_bytes());
    let state = TraceState::from_str(trace.tracestate()).unwrap_or_default();
    SpanContext::new(trace_id, span_id, TraceFlags::new(trace.flags()), false, state)
}
