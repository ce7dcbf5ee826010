//! The attributes of a request, for the hooks that want them. All are set inside the request.
//!
//! The names with dots are those of OpenTelemetry's semantic conventions for HTTP. Ids are texts, as they are printed.

use std::any;
use std::task::Poll;

use async_hooks_core::runtime::wants_attributes;
use async_hooks_core::set_attribute;
use http::{Request, StatusCode};
use http_body::Frame;

use crate::current::flow::{FLOW, Flow};
use crate::wire::attributes::{describe, describe_in_trace};

/// When the request begins.
#[inline]
pub(super) fn set_of_request<B>(request: &Request<B>) {
    if wants_attributes() {
        FLOW.with(|flow| match flow {
            Some(flow) => set_of_flow(flow, request),
            None => describe(request),
        });
    }
}

#[cold]
fn set_of_flow<B>(flow: &Flow, request: &Request<B>) {
    let parent = flow.request().and_then(|request| request.parent);
    describe_in_trace(request, &flow.trace, flow.trace.span_id(), parent);
    if let Some(link) = flow.trace.link() {
        set_attribute("link", &link.to_string());
    }
}

/// When the response has a head.
#[inline]
pub(super) fn set_of_response(status: StatusCode) {
    if wants_attributes() {
        set_attribute("http.response.status_code", status.as_u16());
        if status.is_server_error() {
            set_attribute("error.type", status.as_str());
        }
    }
}

/// When the service, or the body, has failed with this type of error.
#[inline]
pub(super) fn set_error<E>() {
    set_attribute("error.type", any::type_name::<E>());
}

/// When the body was polled.
#[inline]
pub(super) fn set_of_frame<D, E>(polled: &Poll<Option<Result<Frame<D>, E>>>) {
    if let Poll::Ready(Some(Err(_))) = polled {
        set_error::<E>();
    }
}
