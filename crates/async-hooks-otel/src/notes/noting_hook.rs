//! The hook that notes in whose context each resource is created.
//!
//! It also sees requests end.

use std::sync::Arc;
use std::sync::mpsc::SyncSender;

use async_hooks_core::{AsyncId, AttributeValue, Events, Hook, Resource, execution_async_id, runtime};
use async_hooks_http::{TraceContext, request_id, trace_context};
use async_hooks_recorder::{FlightRecorder, Timestamp};

use crate::export::stats::Counts;
use crate::notes::begun_roots::{BegunRoot, BegunRoots, RootTrace};
use crate::notes::names::{CONTEXT_SPAN, CREATED_BY, IS_SPAN, PARENT_SPAN_ID, TRACE_FLAGS, TRACE_ID};
use crate::notes::root_kinds::{REQUEST, RootKinds};

/// A root that has ended.
pub(crate) struct EndedRoot {
    pub(crate) id: AsyncId,
    pub(crate) start: Timestamp,
}

pub(crate) struct NotingHook {
    pub(crate) recorder: FlightRecorder,
    pub(crate) roots: RootKinds,
    /// Whether spans of tracing are exported.
    pub(crate) spans: bool,
    pub(crate) begun: Arc<BegunRoots>,
    pub(crate) ended: SyncSender<EndedRoot>,
    pub(crate) counts: Arc<Counts>,
}

impl Hook for NotingHook {
    fn init(&self, resource: &Resource) {
        let (id, kind) = (resource.async_id(), resource.kind());
        let trace = trace_context();
        if kind == REQUEST {
            self.begin(id, true, trace.as_ref());
        } else if self.roots.is_further(kind) && request_id().is_none() {
            self.begin(id, false, trace.as_ref());
            trace.iter().for_each(|trace| self.note_trace(id, trace));
        } else if let Some(trace) = trace {
            let span = u64::from_be_bytes(trace.span_id().to_bytes());
            self.recorder.note(id, CONTEXT_SPAN, &AttributeValue::U64(span));
            self.note_creator(resource);
        } else if !self.roots.0.is_empty() {
            self.note_creator(resource);
        }
    }

    fn destroy(&self, resource: &Resource) {
        let id = resource.async_id();
        if self.roots.contains(resource.kind()) {
            if let Some((_, BegunRoot { start, .. })) = self.begun.remove(&id) {
                if self.ended.try_send(EndedRoot { id, start }).is_err() {
                    self.counts.add_dropped(1);
                }
            }
        }
    }

    fn events(&self) -> Events {
        self.begun.clear();
        Events::INIT | Events::DESTROY
    }
}

impl NotingHook {
    fn begin(&self, id: AsyncId, is_request: bool, trace: Option<&TraceContext>) {
        let begun = BegunRoot { start: Timestamp::now(), is_request, trace: trace.map(RootTrace::of) };
        self.begun.insert(id, begun);
    }

    /// A job that goes on with the trace of a message: the sender is its parent.
    #[cold]
    fn note_trace(&self, id: AsyncId, trace: &TraceContext) {
        let note = |name, value: &str| self.recorder.note(id, name, &AttributeValue::Str(value));
        note(TRACE_ID, &trace.trace_id().to_string());
        note(PARENT_SPAN_ID, &trace.span_id().to_string());
        self.recorder.note(id, TRACE_FLAGS, &AttributeValue::U64(trace.flags().into()));
    }

    fn note_creator(&self, resource: &Resource) {
        let (id, executes) = (resource.async_id(), execution_async_id());
        if resource.trigger_async_id() != Some(executes) {
            self.recorder.note(id, CREATED_BY, &AttributeValue::U64(executes.as_u64()));
        }
        if !self.spans && runtime::is_of_span(&resource.location()) && !resource.kind().starts_with("tokio::") {
            self.recorder.note(id, IS_SPAN, &AttributeValue::Bool(true));
        }
    }
}
