//! A request as it comes in.
//!
//! What its headers say becomes its context, and its resource is made within that.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use async_hooks_core::{AsyncResource, runtime};
use http::{HeaderValue, Request};

use crate::baggage::baggage::{self, Baggage};
use crate::current::flow::{FLOW, Flow, RequestInfo};
use crate::current::text::{Label, RequestId};
use crate::server::options::{Options, SampleNew};
use crate::server::request_id_header;
use crate::wire::fields;
use crate::wire::span_id::SpanId;
use crate::wire::trace_context::TraceContext;
use crate::wire::{traceparent, tracestate};

/// A request that is served: its resource, and the id for its response.
pub(super) struct Received {
    pub(super) resource: AsyncResource,
    /// `None` once the response has it.
    pub(super) id: Option<HeaderValue>,
}

impl Options {
    /// Makes the resource of a request. What flows with the request is set in `init` already.
    #[inline]
    pub(super) fn begin<B>(&self, request: &mut Request<B>) -> Received {
        let headers = request.headers();
        let names = [&traceparent::NAME, &tracestate::NAME, &baggage::NAME, &self.request_id_header];
        let [traceparent, tracestate, baggage, request_id] = fields::find(headers, names);
        let (trace, parent) = self.trace(TraceContext::from_fields(traceparent, tracestate, headers));
        let has_baggage = baggage.first.is_some() && !self.is_public;
        let baggage = if has_baggage { Baggage::from_headers(headers) } else { Baggage::default() };
        let (text, id) = match request_id_header::received(request_id) {
            Some((text, id)) => (RequestId::new([text]), id.clone()),
            None => request_id_header::make(request.headers_mut(), &self.request_id_header),
        };
        let label = Label::of_request(request.method(), request.uri());
        let flow = Flow::of_request(trace, RequestInfo { id: text, label, parent, baggage });
        Received { resource: self.resource(Arc::new(flow)), id: Some(id) }
    }

    #[inline]
    fn resource(&self, flow: Arc<Flow>) -> AsyncResource {
        let builder = AsyncResource::builder("http::request").location(self.location);
        match flow.request().map(|request| &request.baggage).filter(|baggage| baggage.may_be_imported()) {
            Some(baggage) => FLOW.run(Arc::clone(&flow), || baggage.run_imported(|| builder.clone().build())),
            None => runtime::build_with(builder, &FLOW, flow),
        }
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
