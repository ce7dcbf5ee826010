//! A span that is left inside a scope, poll or call entered after it.
//!
//! The thread outside has left the span, too.

use std::cell::RefCell;
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use async_hooks_core::{
    AsyncId, AsyncLocal, AsyncResource, FutureExt as _, Snapshot, bind, detached, execution_async_id,
    execution_async_resource,
};
use tracing::info_span;
use tracing::span::EnteredSpan;

use crate::with_layer;

static USER: AsyncLocal<&str> = AsyncLocal::new();
static TENANT: AsyncLocal<&str> = AsyncLocal::new();

fn user() -> Option<&'static str> {
    USER.with(|user| user.copied())
}

fn complete<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            return output;
        }
    }
}

/// Pending at the first poll, ready at the second.
async fn pause() {
    let mut is_second = false;
    poll_fn(|_| if std::mem::replace(&mut is_second, true) { Poll::Ready(()) } else { Poll::Pending }).await;
}

#[track_caller]
fn assert_thread_is_clean() {
    assert_eq!((execution_async_id(), execution_async_resource().kind()), (AsyncId::ROOT, "root"));
    assert_eq!((user(), TENANT.get()), (None, None));
}

/// `leave` drops the span inside whatever it enters.
///
/// The span has brought a value, or nothing but its ids.
#[track_caller]
fn assert_leaves_nothing(leave: impl Fn(EnteredSpan)) {
    with_layer(|| {
        for made_in in ["alice", ""] {
            let make = || info_span!("request");
            let entered = if made_in.is_empty() { make() } else { USER.run(made_in, make) }.entered();
            assert_eq!(user().unwrap_or_default(), made_in);
            leave(entered);
            assert_thread_is_clean();
            // What comes next on this thread finds nothing either.
            AsyncResource::new("next").run_in_async_scope(|| assert_eq!(user(), None));
            info_span!("next").in_scope(|| assert_eq!(user(), None));
            assert_thread_is_clean();
        }
    });
}

#[test]
fn a_span_left_inside_a_resources_scope_stays_nowhere() {
    assert_leaves_nothing(|entered| AsyncResource::new("finish").run_in_async_scope(move || drop(entered)));
}

#[test]
fn a_span_left_inside_scopes_of_two_resources_stays_nowhere() {
    assert_leaves_nothing(|entered| {
        let inner = move || AsyncResource::new("inner").run_in_async_scope(move || drop(entered));
        AsyncResource::new("outer").run_in_async_scope(inner);
    });
}

#[test]
fn a_span_left_inside_a_bound_callback_stays_nowhere() {
    assert_leaves_nothing(|entered| {
        let entered = RefCell::new(Some(entered));
        bind(|()| drop(entered.take()))(());
    });
    assert_leaves_nothing(|entered| AsyncResource::new("finish").bind_once(drop::<EnteredSpan>)(entered));
}

#[test]
fn a_span_that_a_bound_callback_owns_and_is_dropped_with_it_stays_nowhere() {
    assert_leaves_nothing(|entered| {
        drop(bind(move |()| {
            let _owned = &entered;
        }));
    });
}

#[test]
fn a_span_left_inside_the_first_poll_of_a_tracked_future_stays_nowhere() {
    assert_leaves_nothing(|entered| complete(async move { drop(entered) }.in_async_resource("finish")));
}

#[test]
fn a_span_left_inside_a_later_poll_of_a_tracked_future_stays_nowhere() {
    assert_leaves_nothing(|entered| {
        let finish = async move {
            pause().await;
            drop(entered);
            pause().await;
        };
        complete(finish.in_async_resource("finish"));
    });
}

#[test]
fn a_span_left_as_a_tracked_future_is_dropped_stays_nowhere() {
    assert_leaves_nothing(|entered| {
        let finish = async move {
            let _owned = entered;
            pause().await;
        };
        drop(finish.in_async_resource("finish"));
    });
    assert_leaves_nothing(|entered| {
        let finish = async move {
            let _owned = entered;
            pause().await;
        };
        let mut finish = Box::pin(finish.in_async_resource("finish"));
        assert!(finish.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    });
}

#[test]
fn a_span_left_inside_the_call_of_a_snapshot_stays_nowhere() {
    assert_leaves_nothing(|entered| Snapshot::current().run(move || drop(entered)));
    assert_leaves_nothing(|entered| USER.run("bob", Snapshot::current).run(move || drop(entered)));
    assert_leaves_nothing(|entered| detached(move || drop(entered)));
    assert_leaves_nothing(|entered| {
        let entered = RefCell::new(Some(entered));
        Snapshot::current().bind(|()| drop(entered.take()))(());
    });
}

#[test]
fn a_span_left_inside_a_poll_with_a_snapshot_stays_nowhere() {
    assert_leaves_nothing(|entered| complete(async move { drop(entered) }.in_current_snapshot()));
    assert_leaves_nothing(|entered| {
        let finish = async move {
            pause().await;
            drop(entered);
        };
        complete(Snapshot::empty().scope(finish));
    });
}

#[test]
fn a_span_left_inside_a_poll_of_a_scoped_future_stays_nowhere() {
    assert_leaves_nothing(|entered| complete(TENANT.scope("acme", async move { drop(entered) })));
    assert_leaves_nothing(|entered| complete(USER.scope("bob", async move { drop(entered) })));
    assert_leaves_nothing(|entered| complete(USER.exit_scope(async move { drop(entered) })));
    assert_leaves_nothing(|entered| {
        let finish = async move {
            pause().await;
            drop(entered);
            pause().await;
        };
        complete(TENANT.scope("acme", finish));
    });
}

#[test]
fn a_span_left_while_a_scope_unwinds_stays_nowhere() {
    assert_leaves_nothing(|entered| {
        let panicking = || {
            let _owned = entered;
            std::panic::panic_any("on purpose");
        };
        let scope = std::panic::AssertUnwindSafe(|| AsyncResource::new("finish").run_in_async_scope(panicking));
        assert!(std::panic::catch_unwind(scope).is_err());
    });
}

#[test]
fn inside_a_scope_the_span_around_it_may_be_left_without_a_change() {
    with_layer(|| {
        let entered = USER.run("alice", || info_span!("request")).entered();
        let finish = AsyncResource::new("finish");
        finish.run_in_async_scope(move || {
            let inside = || (execution_async_id(), user());
            let before = inside();
            assert_eq!(before.1, Some("alice"));
            drop(entered);
            assert_eq!(inside(), before, "the resource has captured its context, and brings its own ids");
        });
        assert_thread_is_clean();
    });
}

#[test]
fn inside_the_call_of_a_snapshot_ids_end_with_the_span_and_values_with_the_call() {
    with_layer(|| {
        let entered = USER.run("alice", || info_span!("request")).entered();
        Snapshot::current().run(move || {
            drop(entered);
            assert_eq!((execution_async_id(), user()), (AsyncId::ROOT, Some("alice")));
        });
        assert_thread_is_clean();
    });
}

#[test]
fn a_value_set_in_the_span_is_gone_when_the_span_was_left_inside_a_scope() {
    assert_leaves_nothing(|entered| {
        USER.run("bob", || {
            AsyncResource::new("finish").run_in_async_scope(move || drop(entered));
            assert_eq!(user(), Some("bob"));
        });
    });
    with_layer(|| {
        let entered = USER.run("alice", || info_span!("request")).entered();
        TENANT.enter_with("acme");
        AsyncResource::new("finish").run_in_async_scope(move || drop(entered));
        assert_thread_is_clean();
    });
}

#[test]
fn what_a_thread_had_set_shows_again_when_the_span_was_left_inside_a_scope() {
    let alone = || {
        with_layer(|| {
            let request = USER.run("alice", || TENANT.run("acme", || info_span!("request")));
            USER.enter_with("thread's");
            let entered = request.entered();
            assert_eq!((user(), TENANT.get().as_deref()), (Some("thread's"), Some(&"acme")));
            AsyncResource::new("finish").run_in_async_scope(move || drop(entered));
            assert_eq!((execution_async_id(), user(), TENANT.get()), (AsyncId::ROOT, Some("thread's"), None));
        });
    };
    std::thread::scope(|scope| scope.spawn(alone).join()).unwrap();
}
