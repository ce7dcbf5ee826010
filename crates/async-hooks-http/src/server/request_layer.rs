//! The layer for servers.

use std::panic::Location;
use std::sync::Arc;

use http::HeaderName;
use tower_layer::Layer;

use crate::server::options::Options;
use crate::server::request_service::RequestService;

/// Makes each request of a server an async resource with a context of its own.
///
/// Use it around the whole service: `Router::layer` in axum, `ServiceBuilder` with hyper or tonic. A request is a resource
/// of kind `"http::request"`, whose location is the line of [`new`](Self::new). The handler, what it spawns, every frame of the
/// body and the drops of both run inside it, so all of them see what the request has set, and nothing that another request
/// has set, also on the same connection. There, and in hooks from `init` on, these answer:
///
/// | function | returns |
/// |---|---|
/// | [`trace_context`](crate::trace_context) | the trace that the caller has sent, or a new one |
/// | [`request_id`](crate::request_id) | what the header `x-request-id` has, or a new one; the response carries it |
/// | [`request_label`](crate::request_label) | `GET /orders/21` |
/// | [`remote_trigger`](crate::remote_trigger) | which resource of which process has sent the request |
/// | [`Baggage::current`](crate::Baggage::current) | what callers have sent along |
///
/// The trigger is the resource that calls the service: the task of the connection, if that is tracked. The resource is
/// destroyed when the body of the response is dropped. It resolves when the body is done, or with the head if there is
/// no body; it does not when the client has gone away, or after a panic.
///
/// Hooks receive these attributes of it: `trace_id`, `span_id`, `parent_span_id`, `trace_flags`, `link`,
/// `http.request.method`, `url.path`, `http.response.status_code` and, where it failed, `error.type`.
///
/// Layers that should see the request's values stand inside, all others outside; any order works.
///
/// Node: `http.Server`, whose requests are resources of type `HTTPINCOMINGMESSAGE`.
///
/// # Examples
///
/// ```
/// use async_hooks_http::{RequestLayer, request_id, request_label};
/// use axum::{Router, routing::get};
/// # use tower::ServiceExt as _;
///
/// async fn order() -> String {
///     format!("{} is {}", request_id().unwrap(), request_label().unwrap())
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let app: Router = Router::new().route("/orders/{id}", get(order)).layer(RequestLayer::new());
/// # let request = http::Request::get("/orders/21").header("x-request-id", "r-17").body(axum::body::Body::empty()).unwrap();
/// # let response = app.oneshot(request).await.unwrap();
/// # let body = axum::body::to_bytes(response.into_body(), 100).await.unwrap();
/// assert_eq!(body, "r-17 is GET /orders/21");
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct RequestLayer {
    options: Options,
}

impl RequestLayer {
    /// Makes a layer for callers that are trusted: the services of one's own.
    ///
    /// ```
    /// use async_hooks_core::execution_async_resource;
    /// use async_hooks_http::RequestLayer;
    /// use tower::{Layer as _, ServiceExt as _};
    /// # use std::convert::Infallible;
    /// # use http::{Request, Response};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let handler = tower::service_fn(async |_: Request<()>| {
    ///     let request = execution_async_resource();
    ///     assert_eq!((request.kind(), request.location().file()), ("http::request", file!()));
    ///     Ok::<_, Infallible>(Response::new(String::new()))
    /// });
    /// RequestLayer::new().layer(handler).oneshot(Request::new(())).await.unwrap();
    /// # }
    /// ```
    #[must_use]
    #[track_caller]
    pub const fn new() -> Self {
        RequestLayer {
            options: Options {
                location: Location::caller(),
                is_public: false,
                sample_new: None,
                request_id_header: HeaderName::from_static("x-request-id"),
            },
        }
    }

    /// Does not trust the caller: for the side that the internet sees.
    ///
    /// Each request starts a trace of its own, whose [`link`](crate::TraceContext::link) is what the caller has sent. The
    /// sampled flag, the baggage and the remote trigger of the caller are ignored.
    ///
    /// W3C: [restarting a trace](https://www.w3.org/TR/trace-context-2/#mutating-the-traceparent-field).
    ///
    /// ```
    /// use async_hooks_http::{RequestLayer, trace_context};
    /// use tower::{Layer as _, ServiceExt as _};
    /// # use std::convert::Infallible;
    /// # use http::{Request, Response};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let handler = tower::service_fn(async |_: Request<()>| {
    ///     let trace = trace_context().unwrap();
    ///     assert_eq!(trace.link().unwrap().trace_id().to_string(), "4bf92f3577b34da6a3ce929d0e0e4736");
    ///     assert_ne!(trace.trace_id(), trace.link().unwrap().trace_id());
    ///     Ok::<_, Infallible>(Response::new(String::new()))
    /// });
    /// let received = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    /// let request = Request::builder().header("traceparent", received).body(()).unwrap();
    /// RequestLayer::new().public_endpoint().layer(handler).oneshot(request).await.unwrap();
    /// # }
    /// ```
    #[must_use]
    pub fn public_endpoint(mut self) -> Self {
        self.options.is_public = true;
        self
    }

    /// Decides whether a trace that starts here is sampled; without it, all are.
    ///
    /// A trace that the caller has started keeps the caller's decision. Services behind this one usually record
    /// nothing of a trace that is not sampled. If `f` panics, the trace is sampled.
    ///
    /// W3C: the [sampled flag](https://www.w3.org/TR/trace-context-2/#sampled-flag).
    ///
    /// ```
    /// use async_hooks_http::{RequestLayer, trace_context};
    /// use tower::{Layer as _, ServiceExt as _};
    /// # use std::convert::Infallible;
    /// # use http::{Request, Response};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let handler = tower::service_fn(async |_: Request<()>| {
    ///     assert!(!trace_context().unwrap().is_sampled());
    ///     Ok::<_, Infallible>(Response::new(String::new()))
    /// });
    /// RequestLayer::new().sample_new(|| false).layer(handler).oneshot(Request::new(())).await.unwrap();
    /// # }
    /// ```
    #[must_use]
    pub fn sample_new(mut self, f: impl Fn() -> bool + Send + Sync + 'static) -> Self {
        self.options.sample_new = Some(Arc::new(f));
        self
    }

    /// Sets the header that carries the id of the request; without it, that is `x-request-id`.
    ///
    /// Node: the `requestIdHeader` option of Fastify.
    ///
    /// ```
    /// use async_hooks_http::{RequestLayer, request_id};
    /// use http::HeaderName;
    /// use tower::{Layer as _, ServiceExt as _};
    /// # use std::convert::Infallible;
    /// # use http::{Request, Response};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let layer = RequestLayer::new().request_id_header(HeaderName::from_static("x-correlation-id"));
    /// let handler = tower::service_fn(async |_: Request<()>| {
    ///     assert_eq!(request_id().as_deref(), Some("c-4"));
    ///     Ok::<_, Infallible>(Response::new(String::new()))
    /// });
    /// let request = Request::builder().header("x-correlation-id", "c-4").body(()).unwrap();
    /// layer.layer(handler).oneshot(request).await.unwrap();
    /// # }
    /// ```
    #[must_use]
    pub fn request_id_header(mut self, name: HeaderName) -> Self {
        self.options.request_id_header = name;
        self
    }
}

impl Default for RequestLayer {
    #[track_caller]
    fn default() -> Self {
        Self::new()
    }
}

impl<S> Layer<S> for RequestLayer {
    type Service = RequestService<S>;

    fn layer(&self, inner: S) -> RequestService<S> {
        RequestService { inner, options: Arc::new(self.options.clone()) }
    }
}
