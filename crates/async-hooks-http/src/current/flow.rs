//! The local that carries it all.

use std::fmt;
use std::sync::Arc;

use async_hooks_core::AsyncLocal;

use crate::baggage::baggage::Baggage;
use crate::current::text::{Label, RequestId};
use crate::wire::span_id::SpanId;
use crate::wire::trace_context::TraceContext;

/// What runs for a request, or in a trace, has this set.
pub(crate) static FLOW: AsyncLocal<Flow> = AsyncLocal::new().named("async_hooks::http");

#[derive(Debug)]
pub(crate) struct Flow {
    pub(crate) trace: TraceContext,
    request: Owner,
}

/// What is known of the request that is being served.
#[derive(Debug)]
pub(crate) struct RequestInfo {
    pub(crate) id: RequestId,
    pub(crate) label: Label,
    /// The span of the caller, if the request goes on with its trace.
    pub(crate) parent: Option<SpanId>,
    /// As received; empty after a public endpoint.
    pub(crate) baggage: Baggage,
}

/// Where the request is kept.
///
/// In the flow that its layer has made it lies in place, which saves an allocation.
enum Owner {
    Own(RequestInfo),
    /// A flow whose request is its own.
    Of(Arc<Flow>),
    None,
}

impl Flow {
    #[inline]
    pub(crate) fn of_request(trace: TraceContext, request: RequestInfo) -> Self {
        Flow { trace, request: Owner::Own(request) }
    }

    /// A trace within what flows here: the request stays what it is.
    pub(crate) fn of_trace(trace: TraceContext) -> Self {
        let request = match FLOW.get() {
            None => Owner::None,
            Some(around) => match &around.request {
                Owner::Own(_) => Owner::Of(around),
                Owner::Of(owner) => Owner::Of(Arc::clone(owner)),
                Owner::None => Owner::None,
            },
        };
        Flow { trace, request }
    }

    #[inline]
    pub(crate) fn request(&self) -> Option<&RequestInfo> {
        match &self.request {
            Owner::Own(request) => Some(request),
            Owner::Of(owner) => owner.request(),
            Owner::None => None,
        }
    }
}

impl fmt::Debug for Owner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Owner::Own(request) => request.fmt(f),
            Owner::Of(owner) => owner.request().fmt(f),
            Owner::None => f.write_str("None"),
        }
    }
}
