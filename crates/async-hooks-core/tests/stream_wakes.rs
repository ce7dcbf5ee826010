//! A stream that is a resource raises `wake`, as a future does.

mod waking;

use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

use async_hooks_core::{AsyncResource, StreamExt as _};
use futures::stream::{self, Stream};

use waking::{Kept, Wakes, lock, taken};

/// Never has an item; leaves its waker behind at each poll.
fn keeping(kept: &Kept) -> impl Stream<Item = ()> {
    stream::poll_fn(move |cx| {
        let outdated = lock(kept).replace(cx.waker().clone());
        drop(outdated);
        Poll::Pending
    })
}

fn poll_next<S: Stream>(stream: Pin<&mut S>) {
    assert!(stream.poll_next(&mut Context::from_waker(Waker::noop())).is_pending());
}

#[test]
fn a_wake_of_a_stream_names_who_woke_it() {
    let wakes = Wakes::of("rows");
    let kept = Kept::default();
    let mut rows = pin!(keeping(&kept).in_async_resource("rows"));
    poll_next(rows.as_mut());
    AsyncResource::new("writer").run_in_async_scope(|| taken(&kept).wake());
    assert_eq!(wakes.by(), ["writer"]);
}

#[test]
fn a_stream_that_was_dropped_is_woken_no_more() {
    let wakes = Wakes::of("dropped rows");
    let kept = Kept::default();
    let mut rows = Box::pin(keeping(&kept).in_async_resource("dropped rows"));
    poll_next(rows.as_mut());
    drop(rows);
    taken(&kept).wake();
    assert_eq!(wakes.count(), 0);
}
