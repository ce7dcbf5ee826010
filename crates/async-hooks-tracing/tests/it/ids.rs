use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Barrier;
use std::thread;

use async_hooks_core::{
    AsyncId, AsyncResource, FutureExt as _, execution_async_id, execution_async_resource, trigger_async_id,
};
use async_hooks_tracing::{SpanExt as _, layer};
use tracing::{Span, info_span};
use tracing_subscriber::prelude::*;
use tracing_subscriber::reload;

use crate::with_layer;

fn id(span: &Span) -> AsyncId {
    span.async_id().unwrap()
}

#[test]
fn entering_a_span_switches_ids_and_leaving_switches_back() {
    with_layer(|| {
        let (outer, inner) = (info_span!("outer"), info_span!("inner"));
        outer.in_scope(|| {
            inner.in_scope(|| assert_eq!(execution_async_id(), id(&inner)));
            assert_eq!(execution_async_id(), id(&outer));
        });
        assert_eq!(execution_async_id(), AsyncId::ROOT);
    });
}

#[test]
fn the_executing_resource_has_the_spans_name_and_line() {
    with_layer(|| {
        let line = line!() + 1;
        let resource = info_span!("request").in_scope(execution_async_resource);
        assert_eq!(resource.kind(), "request");
        assert_eq!((resource.location().file(), resource.location().line()), (file!(), line));
    });
}

#[test]
fn trigger_of_a_contextual_span_is_what_executes() {
    with_layer(|| {
        let outer = info_span!("outer");
        assert_eq!(outer.trigger_async_id(), Some(AsyncId::ROOT));
        outer.in_scope(|| assert_eq!(info_span!("inner").trigger_async_id(), Some(id(&outer))));

        let job = AsyncResource::new("job");
        let in_job = outer.in_scope(|| job.run_in_async_scope(|| info_span!("inner").trigger_async_id()));
        assert_eq!(in_job, Some(job.async_id()));
    });
}

#[test]
fn trigger_of_a_span_with_an_explicit_parent_is_the_parent() {
    with_layer(|| {
        let (connection, other) = (info_span!("connection"), info_span!("other"));
        let request = other.in_scope(|| info_span!(parent: &connection, "request"));
        assert_eq!(request.trigger_async_id(), Some(id(&connection)));
        request.in_scope(|| assert_eq!(trigger_async_id(), Some(id(&connection))));
    });
}

#[test]
fn trigger_of_an_explicit_root_is_what_executes() {
    with_layer(|| {
        let outer = info_span!("outer");
        let root = outer.in_scope(|| info_span!(parent: None, "root"));
        assert_eq!(root.trigger_async_id(), Some(id(&outer)));
    });
}

#[test]
fn a_span_left_out_of_order_leaves_the_one_above_standing() {
    with_layer(|| {
        let (a, b, c) = (info_span!("a"), info_span!("b"), info_span!("c"));
        let a_entered = a.enter();
        let b_entered = b.enter();
        let c_entered = c.enter();
        drop(b_entered);
        assert_eq!(execution_async_id(), id(&c));
        drop(a_entered);
        assert_eq!(execution_async_id(), id(&c));
        drop(c_entered);
        assert_eq!(execution_async_id(), AsyncId::ROOT);
    });
}

#[test]
fn a_span_entered_twice_is_left_twice() {
    with_layer(|| {
        let (span, other) = (info_span!("span"), info_span!("other"));
        let first = span.enter();
        let second = span.enter();
        let above = other.enter();
        drop(first);
        drop(second);
        assert_eq!(execution_async_id(), id(&other));
        drop(above);
        assert_eq!(execution_async_id(), AsyncId::ROOT);
    });
}

#[test]
fn two_threads_enter_one_span_without_disturbing_each_other() {
    with_layer(|| {
        let span = info_span!("shared");
        let both_inside = Barrier::new(2);
        let enter = || {
            span.in_scope(|| {
                both_inside.wait();
                assert_eq!(execution_async_id(), id(&span));
                both_inside.wait();
            });
            assert_eq!(execution_async_id(), AsyncId::ROOT);
        };
        thread::scope(|scope| {
            scope.spawn(enter);
            scope.spawn(enter);
        });
    });
}

#[test]
fn a_panic_inside_a_span_puts_ids_back() {
    with_layer(|| {
        let outer = info_span!("outer");
        outer.in_scope(|| {
            let panicking = || info_span!("inner").in_scope(|| panic!("on purpose"));
            catch_unwind(AssertUnwindSafe(panicking)).unwrap_err();
            assert_eq!(execution_async_id(), id(&outer));
        });
    });
}

/// A common mistake: the guard lives over an await, so the span outlives the poll.
#[tokio::test]
async fn a_guard_held_over_the_end_of_a_tracked_poll_leaves_nothing_on_the_thread() {
    let subscriber = tracing_subscriber::registry().with(layer());
    let _default = tracing::subscriber::set_default(subscriber);
    let span = info_span!("held");
    let (entered, held) = (span.clone(), id(&span));
    let holding = async move {
        let task = execution_async_id();
        let guard = entered.enter();
        assert_eq!(execution_async_id(), held);
        tokio::task::yield_now().await;
        assert_eq!(execution_async_id(), task, "a tracked future is itself again at each poll");
        drop(guard);
        assert_eq!(execution_async_id(), task);
    };
    let watching = async {
        assert_eq!(execution_async_id(), AsyncId::ROOT);
        tokio::task::yield_now().await;
        assert_eq!(execution_async_id(), AsyncId::ROOT);
    };
    tokio::join!(holding.in_async_resource("request"), watching);
    assert_eq!(execution_async_id(), AsyncId::ROOT);
    // The span, still noted as entered for a while, works as before.
    span.in_scope(|| assert_eq!(execution_async_id(), held));
    assert_eq!(execution_async_id(), AsyncId::ROOT);
}

#[test]
fn a_span_closed_late_keeps_its_ids_until_then() {
    with_layer(|| {
        let parent = info_span!("parent");
        let parent_id = id(&parent);
        let child = info_span!(parent: &parent, "child");
        drop(parent);
        let grandchild = child.in_scope(|| info_span!("grandchild"));
        assert_eq!(child.trigger_async_id(), Some(parent_id));
        assert_eq!(grandchild.trigger_async_id(), Some(id(&child)));
    });
}

#[test]
fn a_layer_replaced_while_a_span_is_entered_still_lets_it_be_left() {
    let (reloadable, handle) = reload::Layer::new(layer());
    let subscriber = tracing_subscriber::registry().with(reloadable);
    tracing::subscriber::with_default(subscriber, || {
        let span = info_span!("request");
        span.in_scope(|| handle.reload(layer()).unwrap());
        assert_eq!(execution_async_id(), AsyncId::ROOT);
    });
}

#[test]
fn spans_of_two_subscribers_do_not_mix_though_their_span_ids_are_equal() {
    let one = tracing::Dispatch::new(tracing_subscriber::registry().with(layer()));
    let other = tracing::Dispatch::new(tracing_subscriber::registry().with(layer()));
    let mine = tracing::dispatcher::with_default(&one, || info_span!("mine"));
    let theirs = tracing::dispatcher::with_default(&other, || info_span!("theirs"));
    let mine_entered = mine.enter();
    let theirs_entered = theirs.enter();
    drop(mine_entered);
    assert_eq!(execution_async_id(), id(&theirs));
    drop(theirs_entered);
    assert_eq!(execution_async_id(), AsyncId::ROOT);
}

#[test]
fn a_layer_installed_twice_is_tolerated() {
    let subscriber = tracing_subscriber::registry().with(layer()).with(layer());
    tracing::subscriber::with_default(subscriber, || {
        let span = info_span!("request");
        span.in_scope(|| assert_eq!(execution_async_id(), id(&span)));
        assert_eq!(execution_async_id(), AsyncId::ROOT);
    });
}
