//! The span of a lifetime.

use std::borrow::Cow;
use std::str::FromStr as _;
use std::time::Duration;

use async_hooks_core::{AsyncId, AttributeValue};
use async_hooks_recorder::{AttributeRecord, Lifetime, Timestamp};
use opentelemetry::trace::{Link, SpanContext, SpanKind, Status, TraceState};
use opentelemetry::{InstrumentationScope, KeyValue, SpanId, TraceFlags, TraceId};
use opentelemetry_sdk::trace::{SpanData, SpanEvents, SpanLinks};

use crate::ids;
use crate::notes::names::{INJECTED, LINK, REQUEST_METHOD};
use crate::notes::root_kinds::{CLIENT, REQUEST};
use crate::spans::attributes::{created_by, integer, is_of_others, of_program, own_span_id, span_id_from, text};
use crate::spans::figures::queued;
use crate::spans::root::{Root, failure};
use crate::spans::trace_map::TraceMap;

pub(crate) struct SpanBuilder<'a> {
    pub(crate) map: &'a TraceMap<'a>,
    pub(crate) root: &'a Root,
    pub(crate) scope: &'a InstrumentationScope,
}

/// The largest number of attributes that a span has besides the program's.
const OURS: usize = 9;

/// The largest number of parents that are skipped because others export them.
const SKIPPED: usize = 64;

impl SpanBuilder<'_> {
    /// Appends the spans of a lifetime that has ended.
    ///
    /// They are its own, and those of calls that were made in it.
    pub(crate) fn append(&self, life: &Lifetime, end: Timestamp, spans: &mut Vec<SpanData>) {
        if !is_of_others(life) {
            spans.push(self.span(life, end));
        }
        spans.extend(life.attributes().iter().filter_map(|attribute| self.call(life, attribute)));
    }

    /// The number of spans of a lifetime that has ended.
    pub(crate) fn count(life: &Lifetime) -> usize {
        let calls = life.attributes().iter().filter(|attribute| attribute.name() == INJECTED);
        calls.count() + usize::from(!is_of_others(life))
    }

    fn span(&self, life: &Lifetime, end: Timestamp) -> SpanData {
        let is_root = life.async_id() == self.root.id;
        let start = life.start().unwrap_or(self.map.recording.interval().start()).min(end);
        let (parent, links) = if is_root { self.around_root(life) } else { self.causes(life) };
        SpanData {
            parent_span_is_remote: is_root && parent.is_some(),
            span_kind: kind_of(life),
            name: self.name(life),
            attributes: self.attributes(life),
            links,
            status: failure(life).map_or(Status::Unset, Status::error),
            ..self.empty(self.span_id(life.async_id(), Some(life)), parent, start, end)
        }
    }

    /// A call that was made without a resource of its own: `inject`.
    fn call(&self, life: &Lifetime, attribute: &AttributeRecord) -> Option<SpanData> {
        let AttributeValue::Str(text) = attribute.value() else { return None };
        let span_id = span_id_from(text).filter(|_| attribute.name() == INJECTED)?;
        let parent = self.exported(life.async_id(), Some(life));
        let call = self.empty(span_id, Some(parent), attribute.at(), attribute.at());
        Some(SpanData { span_kind: SpanKind::Client, name: Cow::Borrowed("HTTP"), ..call })
    }

    fn empty(&self, span_id: SpanId, parent: Option<SpanId>, start: Timestamp, end: Timestamp) -> SpanData {
        SpanData {
            span_context: context(self.root, span_id),
            parent_span_id: parent.unwrap_or(SpanId::INVALID),
            parent_span_is_remote: false,
            span_kind: SpanKind::Internal,
            name: Cow::Borrowed(""),
            start_time: self.root.clock_offset.apply(start),
            end_time: self.root.clock_offset.apply(end),
            attributes: Vec::new(),
            dropped_attributes_count: 0,
            events: SpanEvents::default(),
            links: SpanLinks::default(),
            status: Status::Unset,
            instrumentation_scope: self.scope.clone(),
        }
    }

    /// The parent of a root is the caller's span.
    ///
    /// The context of a caller who is not trusted is a link.
    fn around_root(&self, life: &Lifetime) -> (Option<SpanId>, SpanLinks) {
        let received = text(life, LINK).and_then(parse_traceparent);
        let trigger = life.trigger_async_id().and_then(|trigger| self.context_of(trigger));
        let trigger = trigger.filter(|trigger| Some(trigger.span_id()) != self.root.parent);
        (self.root.parent, links(received.into_iter().chain(trigger)))
    }

    /// The parent, and the trigger where that is another.
    fn causes(&self, life: &Lifetime) -> (Option<SpanId>, SpanLinks) {
        let trigger = life.trigger_async_id();
        if let Some(parent) = trigger.and_then(|trigger| self.parent(trigger, life)) {
            return (Some(parent), SpanLinks::default());
        }
        let creator = created_by(life).filter(|creator| Some(*creator) != trigger);
        let parent = creator.and_then(|creator| self.parent(creator, life)).unwrap_or(self.root.span_id);
        (Some(parent), links(trigger.and_then(|trigger| self.context_of(trigger))))
    }

    /// The span of a cause, if that was alive, and in the trace.
    fn parent(&self, cause: AsyncId, life: &Lifetime) -> Option<SpanId> {
        let (found, root) = self.map.life_and_root(cause);
        let end = found.and_then(Lifetime::end);
        let was_alive = end.is_none_or(|end| life.start().is_none_or(|start| end >= start));
        (root.is_some_and(|root| root.id == self.root.id) && was_alive).then(|| self.exported(cause, found))
    }

    /// The span of this resource, or of its nearest cause that is exported here.
    fn exported(&self, id: AsyncId, life: Option<&Lifetime>) -> SpanId {
        let (mut id, mut life) = (id, life);
        for _ in 0..SKIPPED {
            let Some(skipped) = life.filter(|life| is_of_others(life)) else { return self.span_id(id, life) };
            let cause = skipped.trigger_async_id().filter(|cause| self.map.root_of(*cause) == Some(self.root.id));
            id = cause.unwrap_or(self.root.id);
            life = self.map.life_and_root(id).0;
        }
        self.root.span_id
    }

    fn span_id(&self, id: AsyncId, life: Option<&Lifetime>) -> SpanId {
        if id == self.root.id { self.root.span_id } else { span_id_of(id, life) }
    }

    /// The span of a resource in any trace.
    fn context_of(&self, id: AsyncId) -> Option<SpanContext> {
        let (life, root) = self.map.life_and_root(id);
        let root = root?;
        Some(context(root, if id == root.id { root.span_id } else { span_id_of(id, life) }))
    }

    /// The kind; of a request or a call its method, as the semantic conventions have it.
    fn name(&self, life: &Lifetime) -> Cow<'static, str> {
        let is_http = matches!(life.kind(), REQUEST | CLIENT);
        match text(life, REQUEST_METHOD) {
            Some(method) if is_http => method.to_owned().into(),
            None if is_http => "HTTP".into(),
            _ => life.kind_to_keep(),
        }
    }

    fn attributes(&self, life: &Lifetime) -> Vec<KeyValue> {
        let nanos = |time: Duration| integer(time.as_nanos());
        let mut attributes = Vec::with_capacity(life.attributes().len() + OURS);
        attributes.extend(of_program(life));
        attributes.push(KeyValue::new("async_hooks.async_id", integer(life.async_id().as_u64())));
        attributes.push(KeyValue::new("async_hooks.kind", life.kind_to_keep()));
        attributes.push(KeyValue::new("async_hooks.busy_ns", nanos(life.busy())));
        attributes.push(KeyValue::new("async_hooks.queue_ns", nanos(queued(life))));
        attributes.push(KeyValue::new("async_hooks.polls", integer(life.polls().len())));
        attributes.push(KeyValue::new("code.file.path", life.file_to_keep()));
        attributes.push(KeyValue::new("code.line.number", i64::from(life.line())));
        if let Some(label) = life.label() {
            attributes.push(KeyValue::new("async_hooks.label", label.to_owned()));
        }
        if life.start().is_none_or(|start| start < self.map.recording.interval().start()) {
            attributes.push(KeyValue::new("async_hooks.incomplete", true));
        }
        attributes
    }
}

fn kind_of(life: &Lifetime) -> SpanKind {
    match life.kind() {
        REQUEST => SpanKind::Server,
        CLIENT => SpanKind::Client,
        _ => SpanKind::Internal,
    }
}

fn span_id_of(id: AsyncId, life: Option<&Lifetime>) -> SpanId {
    life.and_then(own_span_id).unwrap_or_else(|| ids::span_id_of(id))
}

fn context(root: &Root, span_id: SpanId) -> SpanContext {
    SpanContext::new(root.trace_id, span_id, root.flags, false, TraceState::default())
}

fn links(contexts: impl IntoIterator<Item = SpanContext>) -> SpanLinks {
    let mut links = SpanLinks::default();
    links.links = contexts.into_iter().map(Link::with_context).collect();
    links
}

/// The header that a request had, printed by `TraceContext`.
fn parse_traceparent(text: &str) -> Option<SpanContext> {
    let mut fields = text.split('-').skip(1);
    let (trace_id, span_id) = (TraceId::from_hex(fields.next()?).ok()?, span_id_from(fields.next()?)?);
    let flags = u8::from_str_radix(fields.next()?, 16).ok()?;
    let state = TraceState::from_str("").unwrap_or_default();
    Some(SpanContext::new(trace_id, span_id, TraceFlags::new(flags), true, state))
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use async_hooks_core::AsyncResource;
    use async_hooks_recorder::FlightRecorder;

    use super::*;
    use crate::notes::begun_roots::BegunRoots;
    use crate::notes::root_kinds::RootKinds;
    use crate::spans::clock_offset::ClockOffset;
    use crate::spans::trace_map::ById;

    #[test]
    fn all_spans_of_a_root_are_moved_by_its_clock_offset() {
        const STEP: Duration = Duration::from_secs(14);
        let recorder = FlightRecorder::builder().memory(64 << 10).build();
        let enabled = recorder.enable_scoped();
        AsyncResource::new("moved job").run_in_async_scope(|| drop(AsyncResource::new("its query")));
        let recording = recorder.recording();
        drop(enabled);
        let life = |kind| recording.lifetimes().find(|life| life.kind() == kind).unwrap();
        let (job, query) = (life("moved job"), life("its query"));

        let (kinds, begun, known) = (RootKinds(vec!["moved job"]), BegunRoots::new(), ById::default());
        let map = TraceMap::new(&recording, &kinds, &known, &begun);
        let root = map.root(job.async_id()).unwrap();
        let root = Root { clock_offset: ClockOffset::Ahead(STEP), ..root.clone() };
        let (mut spans, scope) = (Vec::new(), InstrumentationScope::default());
        let builder = SpanBuilder { map: &map, root: &root, scope: &scope };
        [job, query].iter().for_each(|life| builder.append(life, life.end().unwrap(), &mut spans));

        let moved =
            |at: Option<Timestamp>| SystemTime::UNIX_EPOCH + Duration::from_nanos(at.unwrap().as_unix_nanos()) + STEP;
        for (span, life) in spans.iter().zip([job, query]) {
            assert_eq!((span.start_time, span.end_time), (moved(life.start()), moved(life.end())));
        }
        assert_eq!(spans.len(), 2);
    }
}
