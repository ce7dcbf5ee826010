//! The body of a response, which runs inside its request.

use std::fmt;
use std::mem;
use std::pin::Pin;
use std::task::{Context, Poll};

use async_hooks_core::AsyncResource;
use async_hooks_core::runtime;
use http_body::{Body, Frame, SizeHint};
use pin_project_lite::pin_project;

use crate::server::attributes;
use crate::server::ending::Ending;

pin_project! {
    /// The body of a response, whose frames are made inside the request that it answers.
    ///
    /// Returned by the services of [`RequestLayer`](crate::RequestLayer). The request's resource lives until the body is
    /// dropped, which happens inside the request as well. It resolves when the body is done: with the end of the body,
    /// with an error, or with as many bytes as the `content-length` header says.
    ///
    /// A body that is not made by a request, such as a default one, is just its inner body.
    ///
    /// Node: `http.ServerResponse`, which stays in the context of its request while it is written.
    ///
    /// # Examples
    ///
    /// ```
    /// use async_hooks_http::RequestBody;
    /// use http_body::Body as _;
    ///
    /// let body = RequestBody::<String>::default();
    /// assert!(body.is_end_stream());
    /// ```
    pub struct RequestBody<B> {
        // `None` once it has been dropped inside the request.
        #[pin]
        body: Option<B>,
        request: Option<StreamedRequest>,
    }

    impl<B> PinnedDrop for RequestBody<B> {
        fn drop(this: Pin<&mut Self>) {
            let mut this = this.project();
            if let Some(request) = this.request {
                runtime::drop_in(&mut request.resource, || this.body.set(None));
            }
        }
    }
}

/// The request that a body belongs to.
struct StreamedRequest {
    resource: AsyncResource,
    ending: Ending,
}

impl<B> RequestBody<B> {
    #[inline]
    pub(super) fn of_request(body: B, resource: AsyncResource, ending: Ending) -> Self {
        RequestBody { body: Some(body), request: Some(StreamedRequest { resource, ending }) }
    }

    #[inline]
    pub(super) fn of_none(body: B) -> Self {
        RequestBody { body: Some(body), request: None }
    }
}

impl<B: Body> Body for RequestBody<B> {
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> PolledFrame<B> {
        let mut this = self.project();
        let Some(StreamedRequest { resource, ending }) = this.request else { return poll_body(this.body, cx) };
        runtime::poll_in(resource, cx, |cx, request| {
            // Stays so if the poll panics.
            let before = mem::replace(ending, Ending::Never);
            let polled = poll_body(this.body.as_mut(), cx);
            *ending = before.after(&polled, || this.body.as_ref().get_ref().as_ref().is_none_or(B::is_end_stream));
            attributes::set_of_frame(&polled);
            if *ending == Ending::Done {
                request.resolve();
            }
            polled
        })
    }

    fn is_end_stream(&self) -> bool {
        self.body.as_ref().is_none_or(B::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.body.as_ref().map_or(SizeHint::with_exact(0), B::size_hint)
    }
}

type PolledFrame<B> = Poll<Option<Result<Frame<<B as Body>::Data>, <B as Body>::Error>>>;

fn poll_body<B: Body>(body: Pin<&mut Option<B>>, cx: &mut Context<'_>) -> PolledFrame<B> {
    body.as_pin_mut().map_or(Poll::Ready(None), |body| body.poll_frame(cx))
}

impl<B: Default> Default for RequestBody<B> {
    fn default() -> Self {
        Self::of_none(B::default())
    }
}

impl<B: fmt::Debug> fmt::Debug for RequestBody<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let resource = self.request.as_ref().map(|request| &request.resource);
        f.debug_struct("RequestBody").field("body", &self.body).field("resource", &resource).finish()
    }
}
