//! The future of a request, which runs inside it.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use async_hooks_core::AsyncResource;
use async_hooks_core::runtime::{self, PolledResource};
use http::Response;
use http_body::Body;
use pin_project_lite::pin_project;

use crate::current::queries;
use crate::server::attributes;
use crate::server::ending::Ending;
use crate::server::options::Options;
use crate::server::request_body::RequestBody;
use crate::server::request_id_header;

pin_project! {
    /// The future of a request: its handler, which runs inside the request's resource.
    ///
    /// Returned by [`RequestService`](crate::RequestService). The response that it returns takes the resource along, in its
    /// body. Dropping it drops the handler inside the request, and destroys the resource.
    ///
    /// Node: the `request` listener of `http.Server`.
    ///
    /// # Examples
    ///
    /// ```
    /// use async_hooks_http::{RequestFuture, RequestLayer};
    /// use tower::{Layer as _, Service};
    /// # use std::convert::Infallible;
    /// # use http::{Request, Response};
    ///
    /// fn serve<S>(service: S, request: Request<()>) -> RequestFuture<S::Future>
    /// where
    ///     S: Service<Request<()>, Response = Response<String>>,
    /// {
    ///     RequestLayer::new().layer(service).call(request)
    /// }
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let handler = tower::service_fn(async |_| Ok::<_, Infallible>(Response::new("ready".to_owned())));
    /// let request = Request::builder().header("x-request-id", "r-17").body(()).unwrap();
    /// let response = serve(handler, request).await.unwrap();
    /// assert_eq!(response.headers()["x-request-id"], "r-17");
    /// # }
    /// ```
    #[must_use = "futures do nothing unless polled"]
    pub struct RequestFuture<F> {
        // `None` once it has been dropped inside the request.
        #[pin]
        handler: Option<F>,
        // `None` once the response has it.
        request: Option<ReceivedRequest>,
    }

    impl<F> PinnedDrop for RequestFuture<F> {
        fn drop(this: Pin<&mut Self>) {
            let mut this = this.project();
            if let Some(request) = this.request {
                runtime::drop_in(&mut request.resource, || this.handler.set(None));
            }
        }
    }
}

pub(super) struct ReceivedRequest {
    pub(super) resource: AsyncResource,
    pub(super) options: Arc<Options>,
    pub(super) is_head: bool,
}

impl<F> RequestFuture<F> {
    #[inline]
    pub(super) fn new(handler: F, request: ReceivedRequest) -> Self {
        RequestFuture { handler: Some(handler), request: Some(request) }
    }
}

impl<F, B, E> Future for RequestFuture<F>
where
    F: Future<Output = Result<Response<B>, E>>,
    B: Body,
{
    type Output = Result<Response<RequestBody<B>>, E>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        // Without a request it has returned already.
        let Some(ReceivedRequest { resource, options, is_head }) = this.request else { return Poll::Pending };
        let answered = runtime::poll_in(resource, cx, |cx, request| {
            let Some(handler) = this.handler.as_mut().as_pin_mut() else { return Poll::Pending };
            let answered = ready!(handler.poll(cx));
            this.handler.set(None);
            Poll::Ready(at_head(answered, options, *is_head, request))
        });
        let answered = ready!(answered);
        let request = this.request.take();
        Poll::Ready(answered.map(|(response, ending)| match request {
            Some(request) => response.map(|body| RequestBody::of_request(body, request.resource, ending)),
            None => response.map(RequestBody::of_none),
        }))
    }
}

/// Completes the response, and resolves the request if nothing more will come.
fn at_head<B: Body, E>(
    answered: Result<Response<B>, E>,
    options: &Options,
    is_head: bool,
    request: PolledResource<'_>,
) -> Result<(Response<B>, Ending), E> {
    let answered = answered.map(|mut response| {
        attributes::set_of_response(response.status());
        if let Some(id) = queries::request_id() {
            request_id_header::set_in_response(response.headers_mut(), &options.request_id_header, &id);
        }
        let ending = Ending::of_response(&response, is_head);
        (response, ending)
    });
    if answered.is_err() {
        attributes::set_error::<E>();
    }
    if !matches!(answered, Ok((_, ending)) if ending != Ending::Done) {
        request.resolve();
    }
    answered
}

impl<F> std::fmt::Debug for RequestFuture<F> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let resource = self.request.as_ref().map(|request| &request.resource);
        f.debug_struct("RequestFuture").field("resource", &resource).finish_non_exhaustive()
    }
}
