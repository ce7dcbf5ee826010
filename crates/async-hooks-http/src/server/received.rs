//! A request as it comes in.
//!
//! What its headers say becomes its context, and its resource is made within that.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use async_hooks_core::AsyncResource;
use http::Request;

use crate::baggage::baggage::{self, Baggage};
use crate::current::flow::{FLOW, Flow, RequestInfo};
use crate::current::label::Label;
use crate::server::options::{Options, SampleNew};
use crate::server::request_id_header;
use crate::wire::fields;
use crate::wire::span_id::SpanId;
use crate::wire::trace_context::TraceContext;
use crate::wire::{traceparent, tracestate};

impl Options {
    /// Makes the resource of a request. What flows with the request is set in `init` already.
    #[inline]
    pub(super) fn begin<B>(&self, request: &mut Request<B>) -> AsyncResource {
        let headers = request.headers();
        let names = [&traceparent::NAME, &tracestate::NAME, &baggage::NAME, &self.request_id_header];
        let [traceparent, tracestate, baggage, request_id] = fields::find(headers, names);
        let (trace, parent) = self.trace(TraceContext::from_fields(traceparent, tracestate, headers));
        let has_baggage = baggage.first.is_some() && !self.is_public;
        let baggage = if has_baggage { Baggage::from_headers(headers) } else { Baggage::default() };
        let received = baggage.clone();
        let id = match request_id_header::received(request_id) {
            Some(id) => id.into(),
            None => request_id_header::make(request.headers_mut(), &self.request_id_header),
        };
        let label = Label::new(request.method(), request.uri());
        let flow = Arc::new(Flow::of_request(trace, RequestInfo { id, label, parent, baggage }));
        FLOW.run(flow, || {
            received.run_imported(|| AsyncResource::builder("http::request").location(self.location).build())
        })
    }

    /// The trace of the request, with a span id of its own, and the span of the caller.
    #[inline]
    fn trace(&self, received: Option<TraceContext>) -> (TraceContext, Option<SpanId>) {
        match received {
            Some(received) if !self.is_public => {
                let parent = received.span_id();
                (received.with_span_id(SpanId::random()), Some(parent))
            }
            received => (TraceContext::start_sampled(self.samples_new()).linked_to(received), None),
        }
    }

    fn samples_new(&self) -> bool {
        let sample = |sample: &SampleNew| catch_unwind(AssertUnwindSafe(|| sample())).unwrap_or(true);
        self.sample_new.as_ref().is_none_or(sample)
    }
}
