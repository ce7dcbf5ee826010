//! The future of a request, which runs inside it.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use async_hooks_core::runtime;
use http::Response;
use http_body::Body;
use pin_project_lite::pin_project;

use crate::server::attributes;
use crate::server::ending::Ending;
use crate::server::options::Options;
use crate::server::received::Received;
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
        request: Option<ServedRequest>,
    }

    impl<F> PinnedDrop for RequestFuture<F> {
        fn drop(this: Pin<&mut Self>) {
            let mut this = this.project();
            if let Some(request) = this.request {
                runtime::drop_in(&mut request.received.resource, || this.handler.set(None));
            }
        }
    }
}

pub(super) struct ServedRequest {
    pub(super) received: Received,
    pub(super) options: Arc<Options>,
    pub(super) is_head: bool,
}

impl<F> RequestFuture<F> {
    #[inline]
    pub(super) fn new(handler: Option<F>, request: ServedRequest) -> Self {
        RequestFuture { handler, request: Some(request) }
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
        let Some(ServedRequest { received: Received { resource, id }, options, is_head }) = this.request else {
            return Poll::Pending;
        };
        // Written from inside: what the poll returns is large, and would be copied once more beside it.
        let mut ending = Ending::Done;
        let answered = runtime::poll_in(resource, cx, |cx, request| {
            let Some(handler) = this.handler.as_mut().as_pin_mut() else { return Poll::Pending };
            let mut answered = ready!(handler.poll(cx));
            this.handler.set(None);
            match &mut answered {
                Ok(response) => {
                    attributes::set_of_response(response.status());
                    request_id_header::set_in_response(response.headers_mut(), &options.request_id_header, id.take());
                    ending = Ending::of_response(response, *is_head);
                }
                Err(_) => attributes::set_error::<E>(),
            }
            if ending == Ending::Done {
                request.resolve();
            }
            Poll::Ready(answered)
        });
        let response = ready!(answered)?;
        Poll::Ready(Ok(match this.request.take() {
            Some(request) => response.map(|body| RequestBody::of_request(body, request.received.resource, ending)),
            None => response.map(RequestBody::of_none),
        }))
    }
}

impl<F> std::fmt::Debug for RequestFuture<F> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let resource = self.request.as_ref().map(|request| &request.received.resource);
        f.debug_struct("RequestFuture").field("resource", &resource).finish_non_exhaustive()
    }
}
