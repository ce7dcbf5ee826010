//! Rule: a future is one resource for life.
//!
//! `before`/`after` surround each poll. Spurious polls count. A future never polled has none. Nested tracked futures
//! nest; an inner untracked `.await` is part of its task.

mod polling;
mod recorder;

use std::future::ready;
use std::pin::pin;
use std::task::Poll;

use async_hooks_core::{AsyncId, FutureExt as _, execution_async_id, execution_async_resource, trigger_async_id};
use futures::executor::block_on;
use futures::future::{join3, select};

use polling::{complete, pause, poll};
use recorder::Recorder;

#[test]
fn before_and_after_surround_each_poll() {
    let recorder = Recorder::start();
    let future = async {
        pause().await;
        pause().await;
    }
    .in_async_resource("future");
    let id = future.resource().async_id();
    complete(future);
    assert_eq!(
        recorder.of(id),
        ["init", "before", "after", "before", "after", "before", "resolve", "after", "destroy"]
    );
    assert!(recorder.records().iter().filter(|record| record.id() == id).all(|record| {
        let inside = matches!(record.event, "before" | "after" | "resolve");
        record.executing_id() == if inside { id } else { AsyncId::ROOT }
    }));
}

#[test]
fn spurious_polls_count() {
    let recorder = Recorder::start();
    let mut future = pin!(std::future::pending::<()>().in_async_resource("future"));
    let id = future.resource().async_id();
    for _ in 0..3 {
        assert!(poll(future.as_mut()).is_pending());
    }
    assert_eq!(recorder.of(id), ["init", "before", "after", "before", "after", "before", "after"]);
}

#[test]
fn a_future_never_polled_has_no_before() {
    let recorder = Recorder::start();
    let future = ready(()).in_async_resource("future");
    let id = future.resource().async_id();
    drop(future);
    assert_eq!(recorder.of(id), ["init", "destroy"]);
}

#[test]
fn nested_tracked_futures_nest() {
    let recorder = Recorder::start();
    let outer = async {
        let inner = async {
            pause().await;
            (execution_async_id(), trigger_async_id())
        }
        .in_async_resource("rule 3 inner");
        let inner_id = inner.resource().async_id();
        assert_eq!(inner.await, (inner_id, Some(execution_async_id())));
    }
    .in_async_resource("rule 3 outer");
    complete(outer);
    let expected = "init outer, before outer, init inner, before inner, after inner, after outer, before outer, \
                    before inner, resolve inner, after inner, destroy inner, resolve outer, after outer, destroy outer";
    let seen = recorder.of_kinds(&["rule 3 inner", "rule 3 outer"]).join(", ");
    assert_eq!(seen.replace("rule 3 ", ""), expected);
}

#[test]
fn an_untracked_await_is_part_of_its_task() {
    let recorder = Recorder::start();
    let future = async {
        let untracked = async {
            pause().await;
            execution_async_resource()
        };
        assert_eq!(untracked.await, execution_async_resource());
    }
    .in_async_resource("future");
    let id = future.resource().async_id();
    complete(future);
    assert_eq!(recorder.of(id), ["init", "before", "after", "before", "resolve", "after", "destroy"]);
}

#[test]
fn a_future_may_be_polled_on_another_thread_each_time() {
    let recorder = Recorder::start();
    let mut future = Box::pin(
        async {
            let first = execution_async_id();
            pause().await;
            (first, execution_async_id())
        }
        .in_async_resource("future"),
    );
    let id = future.resource().async_id();
    assert!(polling::alone(|| poll(future.as_mut()).is_pending()));
    assert_eq!(polling::alone(|| poll(future.as_mut())), Poll::Ready((id, id)));
    polling::alone(|| drop(future));
    assert_eq!(recorder.of(id), ["init", "before", "after", "before", "resolve", "after", "destroy"]);
}

#[test]
fn futures_joined_in_one_task_are_each_their_own() {
    let child = |pauses: usize| {
        let child = async move {
            let id = execution_async_id();
            for _ in 0..pauses {
                pause().await;
                assert_eq!(execution_async_id(), id);
            }
            (id, trigger_async_id())
        };
        child.in_async_resource("child")
    };
    let parent = async {
        let own = execution_async_id();
        let joined = join3(child(3), child(0), child(2)).await;
        assert_eq!(execution_async_id(), own);
        (own, joined)
    }
    .in_async_resource("parent");
    let (parent, (one, two, three)) = block_on(parent);
    assert_eq!((one.1, two.1, three.1), (Some(parent), Some(parent), Some(parent)));
    assert!(one.0 != two.0 && two.0 != three.0 && one.0 != three.0);
}

#[test]
fn the_loser_of_a_select_is_destroyed_without_resolve() {
    let recorder = Recorder::start();
    let (loser, winner) = (std::future::pending::<()>(), ready(()));
    let (loser, winner) = (loser.in_async_resource("loser"), winner.in_async_resource("winner"));
    let (loser_id, winner_id) = (loser.resource().async_id(), winner.resource().async_id());
    drop(block_on(select(loser, winner)));
    assert_eq!(recorder.of(loser_id), ["init", "before", "after", "destroy"]);
    assert_eq!(recorder.of(winner_id), ["init", "before", "resolve", "after", "destroy"]);
}

#[test]
fn a_future_polled_after_it_is_done_resolves_no_second_time() {
    let recorder = Recorder::start();
    let mut future = pin!(std::future::poll_fn(|_| Poll::Ready(1)).in_async_resource("future"));
    let id = future.resource().async_id();
    assert_eq!((poll(future.as_mut()), poll(future.as_mut())), (Poll::Ready(1), Poll::Ready(1)));
    assert_eq!(recorder.of(id), ["init", "before", "resolve", "after", "before", "after"]);
}

#[test]
fn a_resource_made_by_hand_becomes_the_future_it_is_given() {
    let resource = async_hooks_core::AsyncResource::new("job");
    let handed = resource.resource();
    let future = resource.scope(async { execution_async_resource() });
    assert_eq!(future.resource(), handed);
    assert_eq!(complete(future), handed);
}
