//! A poll of a stream with a wrapper allocates nothing.
//!
//! In a file of its own, because hooks of other tests may allocate.

use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

use allocation_counter::measure;
use async_hooks_core::{AsyncLocal, StreamExt as _};
use futures::stream::{self, Stream};

static USER: AsyncLocal<&str> = AsyncLocal::new();

fn poll_next<S: Stream + ?Sized>(stream: Pin<&mut S>) -> Poll<Option<S::Item>> {
    stream.poll_next(&mut Context::from_waker(Waker::noop()))
}

#[test]
fn a_poll_of_a_stream_allocates_nothing() {
    let mut tracked = pin!(stream::pending::<()>().in_async_resource("rows"));
    let mut captured = pin!(stream::pending::<()>().in_current_snapshot());
    let mut scoped = pin!(USER.scope_stream("alice", stream::pending::<()>()));
    assert!(poll_next(scoped.as_mut()).is_pending(), "its first poll makes its context");
    let counted = measure(|| {
        for _ in 0..10 {
            assert!(poll_next(tracked.as_mut()).is_pending());
            assert!(poll_next(captured.as_mut()).is_pending());
            assert!(poll_next(scoped.as_mut()).is_pending());
        }
    });
    assert_eq!(counted.count_total, 0);
}
