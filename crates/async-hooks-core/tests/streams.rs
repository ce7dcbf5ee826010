//! Streams as resources, and streams that are polled with values.
//!
//! A stream is one resource for life: each `poll_next` is one `before` and `after`, `resolve` comes at the end. The
//! values are of a snapshot, or of one local.

mod polling;
mod recorder;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::sync::Mutex;
use std::task::{Context, Poll, Waker};

use async_hooks_core::{
    AsyncId, AsyncLocal, AsyncResource, FutureExt as _, Snapshot, StreamExt as _, execution_async_id,
};
use futures::stream::{self, FusedStream, Stream};
use futures::{StreamExt as _, executor::block_on};

use polling::{OnDrop, complete, pause};
use recorder::Recorder;

static USER: AsyncLocal<&str> = AsyncLocal::new();
static TENANT: AsyncLocal<&str> = AsyncLocal::new();

fn poll_next<S: Stream + ?Sized>(stream: Pin<&mut S>) -> Poll<Option<S::Item>> {
    stream.poll_next(&mut Context::from_waker(Waker::noop()))
}

/// Polls until the stream has an item, or ends.
fn next<S: Stream + ?Sized>(mut stream: Pin<&mut S>) -> Option<S::Item> {
    complete(std::future::poll_fn(|cx| stream.as_mut().poll_next(cx)))
}

/// Counts from 0 up, and reads a local for each item; pauses before each.
fn users(count: u32) -> impl Stream<Item = Option<&'static str>> {
    stream::unfold(0, move |number| async move {
        pause().await;
        (number < count).then(|| (USER.get().as_deref().copied(), number + 1))
    })
}

#[test]
fn a_stream_is_one_resource_and_resolves_when_it_ends() {
    let recorder = Recorder::start();
    let rows = stream::iter([1, 2]).in_async_resource("rows");
    let id = rows.resource().async_id();
    assert_eq!(complete(rows.collect::<Vec<_>>()), [1, 2]);
    assert_eq!(
        recorder.of(id),
        ["init", "before", "after", "before", "after", "before", "resolve", "after", "destroy"]
    );
}

#[test]
fn each_poll_of_a_pending_stream_counts() {
    let recorder = Recorder::start();
    let mut rows = pin!(stream::pending::<()>().in_async_resource("rows"));
    let id = rows.resource().async_id();
    for _ in 0..2 {
        assert!(poll_next(rows.as_mut()).is_pending());
    }
    assert_eq!(recorder.of(id), ["init", "before", "after", "before", "after"]);
}

#[test]
fn items_are_produced_inside_the_resource_and_received_outside() {
    let rows = stream::unfold((), async |()| Some((execution_async_id(), ()))).in_async_resource("rows");
    let id = rows.resource().async_id();
    let consumer = async {
        let own = execution_async_id();
        let produced_by = pin!(rows).next().await;
        (own, produced_by, execution_async_id())
    };
    let consumer = consumer.in_async_resource("consumer");
    let consumer_id = consumer.resource().async_id();
    assert_eq!(complete(consumer), (consumer_id, Some(id), consumer_id));
}

#[test]
fn a_stream_polled_after_its_end_resolves_no_second_time() {
    let recorder = Recorder::start();
    let mut rows = pin!(stream::empty::<()>().in_async_resource("rows"));
    let id = rows.resource().async_id();
    assert_eq!((poll_next(rows.as_mut()), poll_next(rows.as_mut())), (Poll::Ready(None), Poll::Ready(None)));
    assert_eq!(recorder.of(id), ["init", "before", "resolve", "after", "before", "after"]);
}

#[test]
fn a_stream_dropped_half_way_is_destroyed_without_resolve() {
    let recorder = Recorder::start();
    let mut rows = Box::pin(stream::iter([1, 2]).in_async_resource("rows"));
    let id = rows.resource().async_id();
    assert_eq!(next(rows.as_mut()), Some(1));
    drop(rows);
    assert_eq!(recorder.of(id), ["init", "before", "after", "destroy"]);
}

#[test]
fn what_a_stream_owns_is_dropped_inside_its_resource() {
    let dropped_in = Mutex::new(None);
    let seen = OnDrop(|| *dropped_in.lock().unwrap() = Some((execution_async_id(), USER.get().as_deref().copied())));
    let rows = stream::unfold(seen, async |seen| Some(((), seen)));
    let rows = USER.run("alice", || rows.in_async_resource("rows"));
    let id = rows.resource().async_id();
    drop(rows);
    assert_eq!(*dropped_in.lock().unwrap(), Some((id, Some("alice"))));
}

#[test]
fn a_stream_that_panics_leaves_the_thread_as_it_was() {
    let recorder = Recorder::start();
    let broken = stream::poll_fn(|_| -> Poll<Option<()>> { panic!("broken") });
    let mut rows = Box::pin(USER.run("alice", || broken.in_async_resource("rows")));
    let id = rows.resource().async_id();
    assert!(catch_unwind(AssertUnwindSafe(|| poll_next(rows.as_mut()))).is_err());
    assert_eq!((execution_async_id(), USER.get()), (AsyncId::ROOT, None));
    drop(rows);
    assert_eq!(recorder.of(id), ["init", "before", "after", "destroy"]);
}

#[test]
fn a_resource_made_by_hand_becomes_the_stream_it_is_given() {
    let resource = AsyncResource::new("rows");
    let id = resource.async_id();
    let rows = resource.scope_stream(stream::once(async { execution_async_id() }));
    assert_eq!(complete(rows.collect::<Vec<_>>()), [id]);
}

#[test]
fn taking_the_stream_out_destroys_the_resource_without_resolve() {
    let recorder = Recorder::start();
    let rows = stream::iter([1, 2]).in_async_resource("rows");
    let id = rows.resource().async_id();
    assert_eq!(block_on(rows.into_inner().collect::<Vec<_>>()), [1, 2]);
    assert_eq!(recorder.of(id), ["init", "destroy"]);
}

#[test]
fn what_a_stream_sets_stays_with_it_over_its_items() {
    let rows = || {
        stream::unfold(0, |number| async move {
            if number == 0 {
                USER.enter_with("bob");
            }
            Some((USER.get().as_deref().copied(), number + 1))
        })
    };
    let mut tracked = pin!(rows().in_async_resource("rows"));
    let mut captured = pin!(Snapshot::empty().scope_stream(rows()));
    let mut scoped = pin!(TENANT.scope_stream("acme", rows()));
    for _ in 0..2 {
        assert_eq!(next(tracked.as_mut()), Some(Some("bob")));
        assert_eq!(next(captured.as_mut()), Some(Some("bob")));
        assert_eq!(next(scoped.as_mut()), Some(Some("bob")));
        assert_eq!(USER.get(), None);
    }
}

#[test]
fn a_stream_with_a_local_hands_nothing_over_when_it_ends() {
    let rows = stream::once(async { TENANT.enter_with("acme") });
    let mut rows = pin!(USER.scope_stream("alice", rows));
    while next(rows.as_mut()).is_some() {}
    assert_eq!((USER.get(), TENANT.get()), (None, None));
    TENANT.run("other", || {
        assert_eq!(poll_next(rows.as_mut()), Poll::Ready(None));
        assert_eq!(TENANT.get().as_deref(), Some(&"other"));
    });
}

#[test]
fn a_stream_with_a_local_sees_the_other_locals_of_the_code_that_polls_it() {
    let seen = || (USER.get().as_deref().copied(), TENANT.get().as_deref().copied());
    let rows = stream::unfold((), move |()| async move { Some((seen(), ())) });
    let mut rows = pin!(USER.scope_stream("alice", rows));
    for tenant in ["acme", "other"] {
        let item = TENANT.run(tenant, || USER.run("bob", || next(rows.as_mut())));
        assert_eq!(item, Some((Some("alice"), Some(tenant))));
    }
}

#[test]
fn a_stream_keeps_its_values_on_every_thread_that_polls_it() {
    let tracked = USER.run("alice", || users(3).in_async_resource("rows").boxed());
    let captured = USER.run("alice", || users(3).in_current_snapshot().boxed());
    let scoped = USER.scope_stream("alice", users(3)).boxed();
    for mut rows in [tracked, captured, scoped] {
        let mut items = Vec::new();
        while let Some(user) = polling::alone(|| USER.run("bob", || next(rows.as_mut()))) {
            items.push(user);
        }
        assert_eq!(items, [Some("alice"); 3]);
    }
}

#[test]
fn what_a_stream_with_values_owns_is_dropped_with_those_values() {
    let seen = Mutex::new(Vec::new());
    let rows = || {
        let seen = OnDrop(|| seen.lock().unwrap().push(USER.get().as_deref().copied()));
        stream::unfold(seen, async |seen| Some(((), seen)))
    };
    drop(USER.run("alice", || rows().in_current_snapshot()));
    drop(USER.scope_stream("bob", rows()));
    assert_eq!(*seen.lock().unwrap(), [Some("alice"), Some("bob")]);
    assert_eq!(USER.get(), None);
}

#[test]
fn a_stream_that_was_taken_out_has_no_values() {
    let captured = USER.run("alice", || users(1).in_current_snapshot());
    let scoped = USER.scope_stream("alice", users(1));
    assert_eq!(block_on(captured.into_inner().collect::<Vec<_>>()), [None]);
    assert_eq!(block_on(scoped.into_inner().collect::<Vec<_>>()), [None]);
}

#[test]
fn size_hint_is_the_one_of_the_stream() {
    let rows = || stream::iter([1, 2, 3]);
    let hints = [
        rows().in_async_resource("rows").size_hint(),
        rows().in_current_snapshot().size_hint(),
        USER.scope_stream("alice", rows()).size_hint(),
    ];
    assert_eq!(hints, [(3, Some(3)); 3]);
}

#[test]
fn a_fused_stream_says_that_it_has_ended() {
    fn ends(rows: impl FusedStream) -> [bool; 2] {
        let mut rows = pin!(rows);
        let before = rows.is_terminated();
        while next(rows.as_mut()).is_some() {}
        [before, rows.is_terminated()]
    }
    let rows = || stream::iter([1]).fuse();
    assert_eq!(ends(rows().in_async_resource("rows")), [false, true]);
    assert_eq!(ends(rows().in_current_snapshot()), [false, true]);
    assert_eq!(ends(USER.scope_stream("alice", rows())), [false, true]);
}
