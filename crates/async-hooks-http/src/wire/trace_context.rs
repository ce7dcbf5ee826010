//! The position of an operation in a trace.

use std::fmt;
use std::sync::Arc;

use http::{HeaderMap, HeaderName, HeaderValue};

use crate::wire::fields::{self, Field};
use crate::wire::remote_trigger::RemoteTrigger;
use crate::wire::sent_headers::SentHeaders;
use crate::wire::span_id::SpanId;
use crate::wire::trace_id::TraceId;
use crate::wire::traceparent::{self, RANDOM, SAMPLED, TraceParent};
use crate::wire::tracestate::{self, TraceState};

/// The position of an operation in a trace that may span many services.
///
/// A request that [`RequestLayer`](crate::RequestLayer) serves has one, which [`trace_context`](crate::trace_context)
/// returns. For a message of a queue, or a job that a clock starts, make one and call [`run`](Self::run) or
/// [`scope`](Self::scope).
///
/// Prints as a `traceparent` header.
///
/// W3C: [Trace Context level 2](https://www.w3.org/TR/trace-context-2/).
///
/// # Examples
///
/// A consumer of a queue goes on with the trace of the message, if the message has one:
///
/// ```
/// use async_hooks_http::{TraceContext, trace_context};
///
/// # let mut headers = http::HeaderMap::new();
/// headers.insert("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01".parse().unwrap());
/// let received = TraceContext::from_headers(&headers);
/// let context = received.map_or_else(TraceContext::start, |sender| sender.child());
/// context.run(|| {
///     let trace_id = trace_context().unwrap().trace_id();
///     assert_eq!(trace_id.to_string(), "4bf92f3577b34da6a3ce929d0e0e4736");
/// });
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct TraceContext {
    parent: TraceParent,
    entries: Option<Arc<str>>,
    remote_trigger: Option<RemoteTrigger>,
    link: Option<Arc<TraceContext>>,
}

impl TraceContext {
    /// Starts a new trace, with random ids.
    ///
    /// It is sampled, and has the flag that says that its id is random. Every call returns another trace.
    ///
    /// ```
    /// use async_hooks_http::TraceContext;
    ///
    /// let (one, another) = (TraceContext::start(), TraceContext::start());
    /// assert_ne!(one.trace_id(), another.trace_id());
    /// assert_eq!(one.flags(), 0x03);
    /// ```
    #[must_use]
    pub fn start() -> Self {
        Self::start_sampled(true)
    }

    #[inline]
    pub(crate) fn start_sampled(is_sampled: bool) -> Self {
        let flags = if is_sampled { RANDOM | SAMPLED } else { RANDOM };
        let parent = TraceParent { trace_id: TraceId::random(), span_id: SpanId::random(), flags };
        TraceContext { parent, entries: None, remote_trigger: None, link: None }
    }

    /// Reads the context of the sender from its headers; `None` without a valid `traceparent`.
    ///
    /// It is that of the sender as it stands: [`span_id`](Self::span_id) is the sender's. Call [`child`](Self::child) for
    /// an operation of your own. A `tracestate` with an invalid entry is dropped, and does not make `traceparent` invalid.
    ///
    /// ```
    /// use async_hooks_http::TraceContext;
    ///
    /// let mut headers = http::HeaderMap::new();
    /// assert_eq!(TraceContext::from_headers(&headers), None);
    /// headers.insert("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01".parse().unwrap());
    /// assert_eq!(TraceContext::from_headers(&headers).unwrap().span_id().to_string(), "00f067aa0ba902b7");
    /// ```
    #[inline]
    #[must_use]
    pub fn from_headers(headers: &HeaderMap) -> Option<Self> {
        let [traceparent, tracestate] = fields::find(headers, [&traceparent::NAME, &tracestate::NAME]);
        Self::from_fields(traceparent, tracestate, headers)
    }

    #[inline]
    pub(crate) fn from_fields(traceparent: Field<'_>, tracestate: Field<'_>, headers: &HeaderMap) -> Option<Self> {
        let parent = TraceParent::from_field(traceparent)?;
        let TraceState { entries, remote_trigger } = TraceState::from_field(tracestate, headers);
        Some(TraceContext { parent, entries, remote_trigger, link: None })
    }

    /// Returns the id of the trace, which is the same in every service.
    ///
    /// ```
    /// use async_hooks_http::TraceContext;
    ///
    /// let context = TraceContext::start();
    /// assert_eq!(context.child().trace_id(), context.trace_id());
    /// ```
    #[inline]
    #[must_use]
    pub fn trace_id(&self) -> TraceId {
        self.parent.trace_id
    }

    /// Returns the id of the operation within the trace.
    ///
    /// ```
    /// use async_hooks_http::TraceContext;
    ///
    /// let context = TraceContext::start();
    /// assert_ne!(context.child().span_id(), context.span_id());
    /// ```
    #[inline]
    #[must_use]
    pub fn span_id(&self) -> SpanId {
        self.parent.span_id
    }

    /// Returns the trace flags: 1 for sampled, 2 for a random trace id.
    ///
    /// Other flags are not defined. They are not passed on, as the standard demands.
    ///
    /// ```
    /// use async_hooks_http::TraceContext;
    ///
    /// # let mut headers = http::HeaderMap::new();
    /// headers.insert("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-fe".parse().unwrap());
    /// assert_eq!(TraceContext::from_headers(&headers).unwrap().flags(), 0x02);
    /// ```
    #[inline]
    #[must_use]
    pub fn flags(&self) -> u8 {
        self.parent.flags
    }

    /// Whether the trace is sampled: whether the caller may have recorded it.
    ///
    /// ```
    /// assert!(async_hooks_http::TraceContext::start().is_sampled());
    /// ```
    #[inline]
    #[must_use]
    pub fn is_sampled(&self) -> bool {
        self.parent.flags & SAMPLED != 0
    }

    /// Returns the received `tracestate`, without the entry `ah` of this crate.
    ///
    /// Several headers are combined. Empty if there is none, or if one of its entries is invalid.
    ///
    /// ```
    /// use async_hooks_http::TraceContext;
    ///
    /// # let mut headers = http::HeaderMap::new();
    /// # headers.insert("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01".parse().unwrap());
    /// headers.append("tracestate", "ah=8f3c0d9a1b2e4f60-2a, vendor=1".parse().unwrap());
    /// headers.append("tracestate", "other=2".parse().unwrap());
    /// assert_eq!(TraceContext::from_headers(&headers).unwrap().tracestate(), "vendor=1,other=2");
    /// ```
    #[must_use]
    pub fn tracestate(&self) -> &str {
        self.entries.as_deref().unwrap_or_default()
    }

    /// Returns the context of an operation below this one.
    ///
    /// It has the same trace, and a span id of its own.
    ///
    /// ```
    /// use async_hooks_http::TraceContext;
    ///
    /// let context = TraceContext::start();
    /// let child = context.child();
    /// assert_eq!((child.trace_id(), child.flags()), (context.trace_id(), context.flags()));
    /// assert_ne!(child.span_id(), context.span_id());
    /// ```
    #[must_use]
    pub fn child(&self) -> Self {
        TraceContext { link: None, ..self.clone().with_span_id(SpanId::random()) }
    }

    #[inline]
    pub(crate) fn with_span_id(mut self, span_id: SpanId) -> Self {
        self.parent.span_id = span_id;
        self
    }

    /// Returns the received context that a new trace was started instead of.
    ///
    /// Only a request of a [public endpoint](crate::RequestLayer::public_endpoint) has one.
    ///
    /// OpenTelemetry: a span link.
    ///
    /// ```
    /// assert_eq!(async_hooks_http::TraceContext::start().link(), None);
    /// ```
    #[must_use]
    pub fn link(&self) -> Option<&TraceContext> {
        self.link.as_deref()
    }

    #[inline]
    pub(crate) fn linked_to(mut self, received: Option<TraceContext>) -> Self {
        self.link = received.map(Arc::new);
        self
    }

    #[inline]
    pub(crate) fn remote_trigger(&self) -> Option<RemoteTrigger> {
        self.remote_trigger
    }

    /// Replaces the trace headers by those of a call from this operation.
    pub(crate) fn write(&self, span_id: SpanId, ours: Option<RemoteTrigger>, headers: &mut HeaderMap) {
        let parent = TraceParent { span_id, ..self.parent };
        let sent = SentHeaders::new(parent, ours, self.entries.as_deref());
        replace(headers, &traceparent::NAME, sent.traceparent);
        replace(headers, &tracestate::NAME, sent.tracestate);
    }
}

/// Sets the header, or removes it where there is no value for it.
pub(crate) fn replace(headers: &mut HeaderMap, name: &HeaderName, value: Option<HeaderValue>) {
    let is_set = value.is_some_and(|value| headers.try_insert(name, value).is_ok());
    // A map that is full takes no header. Then the old one must not stay, either.
    if !is_set {
        headers.remove(name);
    }
}

impl fmt::Display for TraceContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(std::str::from_utf8(&self.parent.to_text()).unwrap_or_default())
    }
}

impl fmt::Debug for TraceContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TraceContext({self}")?;
        if let Some(entries) = &self.entries {
            write!(f, ", {entries:?}")?;
        }
        f.write_str(")")
    }
}
