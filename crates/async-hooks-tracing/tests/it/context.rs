use async_hooks_core::{AsyncId, AsyncLocal, AsyncResource, FutureExt as _, Snapshot, execution_async_id};
use async_hooks_tracing::{SpanExt as _, layer};
use tracing::{Instrument as _, info_span};
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::prelude::*;

use crate::with_layer;

static USER: AsyncLocal<&str> = AsyncLocal::new();
static TENANT: AsyncLocal<&str> = AsyncLocal::new();

fn user() -> Option<&'static str> {
    USER.with(|user| user.copied())
}

#[test]
fn a_span_brings_its_values_to_a_thread_outside_of_everything() {
    with_layer(|| {
        let span = USER.run("alice", || info_span!("request"));
        assert_eq!(user(), None);
        assert_eq!(span.in_scope(user), Some("alice"));
        assert_eq!(user(), None);
        assert_eq!(std::thread::scope(|scope| scope.spawn(|| span.in_scope(user)).join().unwrap()), Some("alice"));
    });
}

#[test]
fn what_the_executing_resource_has_set_itself_stays_on_top_of_a_span() {
    with_layer(|| {
        let span = USER.run("alice", || info_span!("request"));
        assert_eq!(USER.run("bob", || span.in_scope(user)), Some("bob"));
        assert_eq!(USER.exit(|| span.in_scope(user)), None, "set to nothing is set, too");
        let both = || (user(), TENANT.get());
        let (user, tenant) = TENANT.run("acme", || span.in_scope(both));
        assert_eq!((user, tenant.as_deref()), (Some("alice"), Some(&"acme")));
    });
}

#[test]
fn what_a_resource_was_created_with_gives_way_to_a_span() {
    with_layer(|| {
        let span = USER.run("alice", || info_span!("request"));
        let bobs = USER.run("bob", || TENANT.run("acme", || AsyncResource::new("worker")));
        bobs.run_in_async_scope(|| {
            assert_eq!(span.in_scope(|| (user(), TENANT.get())), (Some("alice"), None));
            assert_eq!((user(), TENANT.get().as_deref()), (Some("bob"), Some(&"acme")));
            USER.enter_with("carol");
            assert_eq!(span.in_scope(|| (user(), TENANT.get())), (Some("carol"), None));
        });
        assert_eq!(AsyncResource::new("job").run_in_async_scope(|| span.in_scope(user)), Some("alice"));
    });
}

#[test]
fn what_a_snapshot_brought_counts_as_captured() {
    with_layer(|| {
        let span = USER.run("alice", || info_span!("request"));
        AsyncResource::new("job").run_in_async_scope(|| {
            let bobs = USER.run("bob", Snapshot::current);
            assert_eq!(bobs.run(|| span.in_scope(user)), Some("alice"));
            assert_eq!(bobs.run(|| USER.run("carol", || span.in_scope(user))), Some("carol"));
            assert_eq!(USER.run("dave", || bobs.run(|| span.in_scope(user))), Some("alice"));
        });
    });
}

#[test]
fn a_span_inside_a_span_that_brought_values_brings_its_own() {
    with_layer(|| {
        let alices = USER.run("alice", || TENANT.run("acme", || info_span!("alices")));
        let bobs = USER.run("bob", || info_span!("bobs"));
        alices.in_scope(|| {
            assert_eq!(bobs.in_scope(|| (user(), TENANT.get())), (Some("bob"), None));
            assert_eq!((user(), TENANT.get().as_deref()), (Some("alice"), Some(&"acme")));
            USER.enter_with("carol");
            assert_eq!(bobs.in_scope(user), Some("carol"), "set inside the span since it brought its own");
        });
    });
}

#[test]
fn a_span_made_in_the_context_that_executes_brings_nothing() {
    with_layer(|| {
        AsyncResource::new("job").run_in_async_scope(|| {
            USER.enter_with("alice");
            let span = info_span!("step");
            TENANT.enter_with("acme");
            span.in_scope(|| TENANT.enter_with("other"));
            assert_eq!(TENANT.get().as_deref(), Some(&"other"), "it went to the job");
        });
    });
}

#[test]
fn what_is_entered_inside_brought_values_is_forgotten_with_them() {
    with_layer(|| {
        let span = USER.run("alice", || info_span!("request"));
        span.in_scope(|| {
            USER.enter_with("mallory");
            TENANT.enter_with("acme");
            assert_eq!(user(), Some("mallory"));
        });
        assert_eq!((user(), TENANT.get()), (None, None));
        assert_eq!(span.in_scope(user), Some("alice"));
    });
}

#[test]
fn what_is_entered_inside_a_span_that_brought_nothing_goes_to_its_surroundings() {
    with_layer(|| {
        let span = USER.run("alice", || info_span!("request"));
        USER.run("bob", || {
            span.in_scope(|| USER.enter_with("carol"));
            assert_eq!(user(), Some("carol"));
        });
        let job = AsyncResource::new("job");
        job.run_in_async_scope(|| {
            info_span!("inner").in_scope(|| TENANT.enter_with("acme"));
            assert_eq!(TENANT.get().as_deref(), Some(&"acme"));
        });
        assert_eq!(TENANT.get(), None);
    });
}

#[test]
fn values_brought_by_a_span_end_with_it_whatever_is_entered_above() {
    with_layer(|| {
        let outer = USER.run("alice", || info_span!("outer"));
        let inner = info_span!("inner");
        let outer_entered = outer.enter();
        let inner_entered = inner.enter();
        assert_eq!(user(), Some("alice"));
        drop(outer_entered);
        assert_eq!((user(), Some(execution_async_id())), (None, inner.async_id()));
        drop(inner_entered);
        assert_eq!((user(), execution_async_id()), (None, AsyncId::ROOT));
    });
}

#[test]
fn a_panic_takes_brought_values_away() {
    with_layer(|| {
        let span = USER.run("alice", || info_span!("request"));
        let panicking = std::panic::AssertUnwindSafe(|| span.in_scope(|| panic!("on purpose")));
        std::panic::catch_unwind(panicking).unwrap_err();
        assert_eq!(user(), None);
    });
}

#[tokio::test]
async fn an_instrumented_bare_spawn_carries_values_over_awaits() {
    // tokio's own spans, where it makes any, are TRACE; with them the other task would be a resource too.
    let subscriber = tracing_subscriber::registry().with(LevelFilter::INFO).with(layer());
    let _default = tracing::subscriber::set_default(subscriber);
    let span = USER.run("alice", || info_span!("request"));
    let id = span.async_id().unwrap();
    let task = async move {
        for _ in 0..3 {
            assert_eq!((user(), execution_async_id()), (Some("alice"), id));
            tokio::task::yield_now().await;
        }
    };
    let other = async {
        for _ in 0..3 {
            assert_eq!((user(), execution_async_id()), (None, AsyncId::ROOT));
            tokio::task::yield_now().await;
        }
    };
    let (task, other) = (tokio::spawn(task.instrument(span)), tokio::spawn(other));
    task.await.unwrap();
    other.await.unwrap();
}

#[tokio::test]
async fn a_span_entered_in_a_tracked_future_does_not_hide_the_values_set_there() {
    let _default = tracing::subscriber::set_default(tracing_subscriber::registry().with(layer()));
    let span = USER.run("alice", || info_span!("request"));
    let inner = async {
        assert_eq!(user(), Some("bob"));
        tokio::task::yield_now().await;
        assert_eq!(user(), Some("bob"));
        USER.enter_with("carol");
    };
    let future = async {
        USER.enter_with("bob");
        inner.instrument(span).await;
        assert_eq!(user(), Some("carol"), "which went to the surrounding future");
        tokio::task::yield_now().await;
        assert_eq!(user(), Some("carol"));
    };
    future.in_async_resource("job").await;
    assert_eq!(user(), None);
}
