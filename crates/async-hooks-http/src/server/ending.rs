//! When a response is done: nobody may poll its body to the end.

use std::task::Poll;

use http::{Response, StatusCode, header};
use http_body::{Body, Frame};

/// What is missing until the response is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ending {
    /// Nothing.
    Done,
    /// This number of bytes, or the end. A server that knows the length never asks for the end.
    Bytes(u64),
    /// The end.
    End,
    /// A poll panicked. What panicked does not resolve.
    Never,
}

impl Ending {
    /// At the head of a response.
    #[inline]
    pub(super) fn of_response<B: Body>(response: &Response<B>, is_head: bool) -> Self {
        let has_no_body = is_head || is_without_body(response.status()) || response.body().is_end_stream();
        match content_length(response) {
            _ if has_no_body => Ending::Done,
            Some(bytes) => Ending::Bytes(bytes).after_bytes(0),
            None => Ending::End,
        }
    }

    /// After a poll of the body.
    #[inline]
    pub(super) fn after<D: bytes::Buf, E>(
        self,
        polled: &Poll<Option<Result<Frame<D>, E>>>,
        is_end_stream: impl FnOnce() -> bool,
    ) -> Self {
        match polled {
            _ if self == Ending::Never => Ending::Never,
            Poll::Pending => self,
            Poll::Ready(None | Some(Err(_))) => Ending::Done,
            Poll::Ready(Some(Ok(_))) if is_end_stream() => Ending::Done,
            Poll::Ready(Some(Ok(frame))) => self.after_bytes(frame.data_ref().map_or(0, D::remaining)),
        }
    }

    #[inline]
    fn after_bytes(self, bytes: usize) -> Self {
        match self {
            Ending::Bytes(missing) if missing <= bytes as u64 => Ending::Done,
            Ending::Bytes(missing) => Ending::Bytes(missing - bytes as u64),
            other => other,
        }
    }
}

fn is_without_body(status: StatusCode) -> bool {
    status.is_informational() || status == StatusCode::NO_CONTENT || status == StatusCode::NOT_MODIFIED
}

fn content_length<B>(response: &Response<B>) -> Option<u64> {
    response.headers().get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}
