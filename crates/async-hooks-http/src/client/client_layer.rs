//! The layer for clients.

use std::panic::Location;

use tower_layer::Layer;

use crate::client::client_service::ClientService;
use crate::client::inject::Callee;

/// Makes each call of a client an async resource, and sends the trace context along with it.
///
/// A call is a resource of kind `"http::client"`, whose trigger is the resource that makes the call; its location is the
/// line of [`new`](Self::new). It has a span id of its own, which is the `parent-id` that the callee receives. The headers
/// are those that [`inject`](crate::inject) writes. Put it inside a layer that retries, so that each attempt has its own id.
///
/// Node: what `undici` and `http.request` do under an instrumentation library.
///
/// # Examples
///
/// ```
/// use async_hooks_http::{ClientLayer, TraceContext};
/// use tower::{Layer as _, ServiceExt as _};
/// # use std::convert::Infallible;
/// # use http::{Request, Response};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let echo = tower::service_fn(async |request: Request<()>| Ok::<_, Infallible>(request.headers().clone()));
/// let client = ClientLayer::new().layer(echo);
///
/// let job = TraceContext::start();
/// let sent = job.scope(client.oneshot(Request::new(()))).await.unwrap();
/// assert_eq!(TraceContext::from_headers(&sent).unwrap().trace_id(), job.trace_id());
/// # }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct ClientLayer {
    callee: Callee,
    location: &'static Location<'static>,
}

impl ClientLayer {
    /// Makes a layer for calls to services of one's own.
    ///
    /// ```
    /// use async_hooks_http::ClientLayer;
    /// use tower::{Layer as _, Service as _};
    /// # use std::convert::Infallible;
    /// # use http::Request;
    ///
    /// let mut client = ClientLayer::new().layer(tower::service_fn(async |_: Request<()>| Ok::<_, Infallible>(())));
    /// let call = client.call(Request::new(()));
    /// assert_eq!((call.resource().kind(), call.resource().location().file()), ("http::client", file!()));
    /// ```
    #[must_use]
    #[track_caller]
    pub const fn new() -> Self {
        ClientLayer { callee: Callee::Trusted, location: Location::caller() }
    }

    /// Makes the layer one for third-party services, which receive less.
    ///
    /// It sends what [`inject_third_party`](crate::inject_third_party) sends.
    ///
    /// ```
    /// use async_hooks_http::ClientLayer;
    /// use tower::{Layer as _, ServiceExt as _};
    /// # use std::convert::Infallible;
    /// # use http::{Request, Response};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let echo = tower::service_fn(async |request: Request<()>| Ok::<_, Infallible>(request.headers().clone()));
    /// let sent = ClientLayer::new().third_party().layer(echo).oneshot(Request::new(())).await.unwrap();
    /// assert!(sent.contains_key("traceparent") && !sent.contains_key("tracestate"));
    /// # }
    /// ```
    #[must_use]
    pub const fn third_party(mut self) -> Self {
        self.callee = Callee::ThirdParty;
        self
    }
}

impl Default for ClientLayer {
    #[track_caller]
    fn default() -> Self {
        Self::new()
    }
}

impl<S> Layer<S> for ClientLayer {
    type Service = ClientService<S>;

    fn layer(&self, inner: S) -> ClientService<S> {
        ClientService { inner, callee: self.callee, location: self.location }
    }
}
