//! Roots that have begun and not ended.

use async_hooks_core::AsyncId;
use async_hooks_http::TraceContext;
use async_hooks_recorder::Timestamp;
use dashmap::DashMap;
use opentelemetry::{SpanId, TraceFlags, TraceId};

pub(crate) type BegunRoots = DashMap<AsyncId, BegunRoot>;

/// What is remembered of a root until it ends, whatever the recorder overwrites.
#[derive(Clone, Copy, Debug)]
pub(crate) struct BegunRoot {
    pub(crate) start: Timestamp,
    pub(crate) is_request: bool,
    /// The trace that it is in, or goes on with; `None` for a job without one.
    pub(crate) trace: Option<RootTrace>,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct RootTrace {
    pub(crate) trace_id: TraceId,
    /// The span of the request; of a job the one of its sender.
    pub(crate) span_id: SpanId,
    pub(crate) flags: TraceFlags,
}

impl RootTrace {
    pub(crate) fn of(trace: &TraceContext) -> RootTrace {
        RootTrace {
            trace_id: TraceId::from_bytes(trace.trace_id().to_bytes()),
            span_id: SpanId::from_bytes(trace.span_id().to_bytes()),
            flags: TraceFlags::new(trace.flags()),
        }
    }
}
