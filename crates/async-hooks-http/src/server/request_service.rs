//! A service whose requests are async resources.

use std::sync::Arc;
use std::task::{Context, Poll};

use async_hooks_core::runtime;
use http::{Method, Response};
use http_body::Body;
use tower_service::Service;

use crate::server::attributes;
use crate::server::options::Options;
use crate::server::request_body::RequestBody;
use crate::server::request_future::{RequestFuture, ServedRequest};

/// A service whose requests are async resources.
///
/// Returned by [`RequestLayer`](crate::RequestLayer).
///
/// Node: `http.Server`.
///
/// # Examples
///
/// ```
/// use async_hooks_http::{RequestLayer, RequestService, request_label};
/// use tower::{Layer as _, ServiceExt as _};
/// # use std::convert::Infallible;
/// # use http::{Request, Response};
///
/// fn traced<S>(service: S) -> RequestService<S> {
///     RequestLayer::new().layer(service)
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let service = tower::service_fn(async |_: Request<()>| {
///     assert_eq!(request_label().unwrap().to_string(), "GET /orders");
///     Ok::<_, Infallible>(Response::new(String::new()))
/// });
/// traced(service).oneshot(Request::get("/orders").body(()).unwrap()).await.unwrap();
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct RequestService<S> {
    pub(super) inner: S,
    pub(super) options: Arc<Options>,
}

impl<S, B, R> Service<http::Request<B>> for RequestService<S>
where
    S: Service<http::Request<B>, Response = Response<R>>,
    R: Body,
{
    type Response = Response<RequestBody<R>>;
    type Error = S::Error;
    type Future = RequestFuture<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, mut request: http::Request<B>) -> RequestFuture<S::Future> {
        let mut received = self.options.begin(&mut request);
        let is_head = request.method() == Method::HEAD;
        // A request is large, and a closure that owns it is moved.
        let (inner, mut request) = (&mut self.inner, Some(request));
        let handler = runtime::run_in(&mut received.resource, || {
            let request = request.take()?;
            attributes::set_of_request(&request);
            Some(inner.call(request))
        });
        RequestFuture::new(handler, ServedRequest { received, options: Arc::clone(&self.options), is_head })
    }
}
