//! Streams that are made in one place and polled in another: the body of a response.

use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

use async_hooks_core::StreamExt as _;
use futures_core::Stream;

use crate::tracking::origin::{Probe, ProbeSource};
use crate::tracking::tracking_row::{Finding, TrackingRow};

pub(crate) fn rows(origin: &ProbeSource) -> Vec<TrackingRow> {
    let probing = Probing(origin.probe());
    let stream = poll_once(origin.make(|| probing));
    let tracked = poll_once(origin.make(|| probing.in_async_resource("tracking report's stream")));
    let remedy = "write `stream.in_async_resource(\"kind\")`, or `stream.in_current_snapshot()` for the values alone";
    vec![
        TrackingRow::new("stream polled elsewhere", stream).or_write(remedy),
        TrackingRow::new("stream.in_async_resource(…)", tracked),
    ]
}

#[derive(Clone, Copy)]
struct Probing(Probe);

impl Stream for Probing {
    type Item = Finding;

    fn poll_next(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Finding>> {
        Poll::Ready(Some(self.0.look()))
    }
}

fn poll_once(stream: impl Stream<Item = Finding>) -> Option<Finding> {
    match pin!(stream).poll_next(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(found) => found,
        Poll::Pending => None,
    }
}
