//! What code that runs for a request can ask.

use std::sync::Arc;

use crate::current::flow::{FLOW, RequestInfo};
use crate::wire::remote_trigger::RemoteTrigger;
use crate::wire::trace_context::TraceContext;

/// Returns the trace context of the request that this code runs for.
///
/// Its span id is the request's own; the caller's is the parent of that span.
///
/// It answers in the handler, in its body, in everything that the request spawns or binds, and in hooks from its `init` on;
/// also inside [`TraceContext::run`] and [`TraceContext::scope`]. Elsewhere it is `None`, and in
/// [`detached`](async_hooks_core::detached) work.
///
/// W3C: [Trace Context level 2](https://www.w3.org/TR/trace-context-2/).
///
/// # Examples
///
/// ```
/// use async_hooks_http::{TraceContext, trace_context};
///
/// assert_eq!(trace_context(), None);
/// let context = TraceContext::start();
/// assert_eq!(context.run(trace_context), Some(context));
/// ```
#[must_use]
pub fn trace_context() -> Option<TraceContext> {
    FLOW.with(|flow| flow.map(|flow| flow.trace.clone()))
}

/// Returns the id of the request that this code runs for.
///
/// It is the one that was received as `x-request-id`, or one that was made. The handler's response carries the same id.
///
/// Node: what middleware keeps in an `AsyncLocalStorage`, such as `req.id` of `pino-http`.
///
/// # Examples
///
/// ```
/// use async_hooks_http::{RequestLayer, request_id};
/// use tower::{Layer as _, ServiceExt as _};
/// # use std::convert::Infallible;
/// # use http::{Request, Response};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let handler = tower::service_fn(async |_: Request<String>| {
///     let id = request_id().unwrap();
///     Ok::<_, Infallible>(Response::new(id.to_string()))
/// });
/// let request = Request::builder().header("x-request-id", "r-17").body(String::new()).unwrap();
/// let response = RequestLayer::new().layer(handler).oneshot(request).await.unwrap();
/// assert_eq!(response.headers()["x-request-id"], "r-17");
/// # }
/// ```
#[must_use]
pub fn request_id() -> Option<Arc<str>> {
    of_request(|request| request.id.get())
}

/// Returns the label of the request that this code runs for, such as `GET /orders/21`.
///
/// It is method and path, made for the reports of diagnostics, and is there in `init` of the request itself. The query is never part of it,
/// because queries contain secrets; the label is cut at 256 bytes. It is as it was received: escape it where you print it.
///
/// Node: `${req.method} ${req.url}`, without the query.
///
/// # Examples
///
/// ```
/// use async_hooks_http::{RequestLayer, request_label};
/// use tower::{Layer as _, ServiceExt as _};
/// # use std::convert::Infallible;
/// # use http::{Request, Response};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let handler = tower::service_fn(async |_: Request<String>| {
///     let label = request_label().unwrap();
///     Ok::<_, Infallible>(Response::new(label.to_string()))
/// });
/// let request = Request::get("/orders/21?token=secret").body(String::new()).unwrap();
/// let response = RequestLayer::new().layer(handler).oneshot(request).await.unwrap();
/// # use http_body_util::BodyExt as _;
/// let body = response.into_body().collect().await.unwrap().to_bytes();
/// assert_eq!(body, "GET /orders/21");
/// # }
/// ```
#[must_use]
pub fn request_label() -> Option<Arc<str>> {
    of_request(|request| request.label.text())
}

/// Returns the resource that has sent the request that this code runs for.
///
/// It is one of another process, or of this one. `None` if the caller does not use this crate, or calls from outside: the caller of a
/// [public endpoint](crate::RequestLayer::public_endpoint) is not trusted.
///
/// Node: `triggerAsyncId()`, which ends at the border of the process.
///
/// # Examples
///
/// ```
/// use async_hooks_http::{ProcessTag, TraceContext, inject, remote_trigger};
///
/// let mut headers = http::HeaderMap::new();
/// inject(&mut headers);
/// let received = TraceContext::from_headers(&headers).unwrap();
/// assert_eq!(received.run(remote_trigger).unwrap().process(), ProcessTag::current());
/// ```
#[must_use]
pub fn remote_trigger() -> Option<RemoteTrigger> {
    FLOW.with(|flow| flow?.trace.remote_trigger())
}

fn of_request<R>(read: impl FnOnce(&RequestInfo) -> R) -> Option<R> {
    FLOW.with(|flow| flow?.request().map(read))
}
