//! A client whose calls are async resources.

use std::panic::Location;
use std::task::{Context, Poll};

use async_hooks_core::runtime::wants_attributes;
use async_hooks_core::{AsyncResource, ResourceFuture};
use http::Request;
use tower_service::Service;

use crate::client::inject::{Callee, inject_as};
use crate::current::queries::trace_context;
use crate::wire::attributes::describe_in_trace;
use crate::wire::span_id::SpanId;
use crate::wire::trace_context::TraceContext;

/// A client whose calls are async resources, and carry the trace context.
///
/// Returned by [`ClientLayer`](crate::ClientLayer).
///
/// Node: what `undici` and `http.request` do under an instrumentation library.
///
/// # Examples
///
/// ```
/// use async_hooks_http::{ClientLayer, ClientService};
/// use tower::{Layer as _, Service as _};
/// # use std::convert::Infallible;
/// # use http::Request;
///
/// fn traced<S>(client: S) -> ClientService<S> {
///     ClientLayer::new().layer(client)
/// }
///
/// let mut client = traced(tower::service_fn(async |_: Request<()>| Ok::<_, Infallible>(())));
/// assert_eq!(client.call(Request::new(())).resource().kind(), "http::client");
/// ```
#[derive(Clone, Copy, Debug)]
pub struct ClientService<S> {
    pub(super) inner: S,
    pub(super) callee: Callee,
    pub(super) location: &'static Location<'static>,
}

impl<S, B> Service<Request<B>> for ClientService<S>
where
    S: Service<Request<B>>,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = ResourceFuture<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, mut request: Request<B>) -> ResourceFuture<S::Future> {
        let caller = trace_context();
        let parent = caller.as_ref().map(TraceContext::span_id);
        let trace = caller.unwrap_or_else(TraceContext::start);
        let span_id = SpanId::random();
        // Before the resource is entered: the callee's remote trigger is the task that calls.
        inject_as(self.callee, &trace, span_id, request.headers_mut());
        let call = AsyncResource::builder("http::client").location(self.location).build();
        let response = call.run_in_async_scope(|| {
            if wants_attributes() {
                describe_in_trace(&request, &trace, span_id, parent);
            }
            self.inner.call(request)
        });
        call.scope(response)
    }
}
