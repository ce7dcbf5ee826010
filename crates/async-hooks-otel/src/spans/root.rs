//! A root of a trace: a request, or a resource of a kind that the program has named.

use std::collections::HashSet;
use std::hash::BuildHasherDefault;

use async_hooks_core::AsyncId;
use async_hooks_recorder::{Lifetime, Timestamp};
use async_hooks_tools::IdHasher;
use opentelemetry::{SpanId, TraceFlags, TraceId};

use crate::ids;
use crate::notes::begun_roots::BegunRoot;
use crate::notes::names::{ERROR_TYPE, PARENT_SPAN_ID, STATUS_CODE, TRACE_FLAGS};
use crate::notes::root_kinds::REQUEST;
use crate::spans::attributes::{number, own_span_id, span_id, text, trace_id};
use crate::spans::clock_offset::ClockOffset;

#[derive(Clone, Debug)]
pub(crate) struct Root {
    pub(crate) id: AsyncId,
    pub(crate) trace_id: TraceId,
    pub(crate) span_id: SpanId,
    pub(crate) flags: TraceFlags,
    /// The span of the caller, who is trusted.
    pub(crate) parent: Option<SpanId>,
    /// What is created in the context of this span belongs to the trace.
    ///
    /// `None` for a root without a trace context.
    pub(crate) context_span: Option<u64>,
    pub(crate) ended: Timestamp,
    /// Read when the sampler keeps the root.
    pub(crate) clock_offset: ClockOffset,
    /// Everything that ended until then is exported.
    pub(crate) seen_until: Timestamp,
    /// What was alive then.
    pub(crate) alive: HashSet<AsyncId, BuildHasherDefault<IdHasher>>,
}

const RANDOM: u8 = 0x02;

impl Root {
    pub(crate) fn of(life: &Lifetime, ended: Timestamp) -> Root {
        let id = life.async_id();
        let (own, parent) = (own_span_id(life), span_id(life, PARENT_SPAN_ID));
        let context_span = if life.kind() == REQUEST { own } else { parent };
        let flags = number(life, TRACE_FLAGS).and_then(|flags| u8::try_from(flags).ok());
        Root {
            id,
            trace_id: trace_id(life).unwrap_or_else(|| ids::trace_id_of(id)),
            span_id: own.unwrap_or_else(|| ids::span_id_of(id)),
            flags: flags.map_or(TraceFlags::SAMPLED, TraceFlags::new),
            parent,
            context_span: context_span.map(|span| u64::from_be_bytes(span.to_bytes())),
            ended,
            clock_offset: ClockOffset::None,
            seen_until: Timestamp::from_unix_nanos(0),
            alive: HashSet::default(),
        }
    }

    /// A root that has not ended.
    pub(crate) fn begun(id: AsyncId, begun: &BegunRoot) -> Root {
        let trace = begun.trace;
        let own = trace.filter(|_| begun.is_request).map(|trace| trace.span_id);
        Root {
            id,
            trace_id: trace.map_or_else(|| ids::trace_id_of(id), |trace| trace.trace_id),
            span_id: own.unwrap_or_else(|| ids::span_id_of(id)),
            flags: trace.map_or(TraceFlags::SAMPLED, |trace| trace.flags),
            parent: trace.filter(|_| !begun.is_request).map(|trace| trace.span_id),
            context_span: trace.map(|trace| u64::from_be_bytes(trace.span_id.to_bytes())),
            ended: Timestamp::from_unix_nanos(0),
            clock_offset: ClockOffset::None,
            seen_until: Timestamp::from_unix_nanos(0),
            alive: HashSet::default(),
        }
    }

    /// Whether a caller who is trusted has sampled the trace.
    pub(crate) fn is_sampled_by_caller(&self) -> bool {
        self.parent.is_some() && self.flags.is_sampled()
    }

    pub(crate) fn is_random(&self) -> bool {
        self.flags.to_u8() & RANDOM != 0
    }
}

/// What went wrong in a request or a call: a status of 500 or above, an error, or a panic.
pub(crate) fn failure(life: &Lifetime) -> Option<String> {
    if let Some(error) = text(life, ERROR_TYPE) {
        return Some(error.to_owned());
    }
    let status = number(life, STATUS_CODE).filter(|status| *status >= 500);
    status.map(|status| status.to_string()).or_else(|| life.panicked().then(|| "panic".to_owned()))
}
