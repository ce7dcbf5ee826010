//! Rule: `enter_with` changes the executing resource's context.
//!
//! A task or tracked future keeps it across its polls; a callback scope forgets it at the end; it never reaches the
//! poller, the parent or a sibling. In ROOT it changes that thread's root. `run` and `scope` put back only their own
//! local, `Snapshot::run` all of them; an `AsyncLocalFuture` and a `SnapshotFuture` keep over their polls what is
//! entered inside them.

mod polling;

use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;

use async_hooks_core::{AsyncLocal, AsyncResource, FutureExt as _, Snapshot, bind};

use polling::{alone, complete, pause, poll};

static USER: AsyncLocal<&str> = AsyncLocal::new();
static TENANT: AsyncLocal<&str> = AsyncLocal::new();
static ROLE: AsyncLocal<&str> = AsyncLocal::new();

fn user() -> Option<&'static str> {
    USER.with(|user| user.copied())
}

fn tenant() -> Option<&'static str> {
    TENANT.with(|tenant| tenant.copied())
}

fn both() -> (Option<&'static str>, Option<&'static str>) {
    (user(), tenant())
}

#[test]
fn a_tracked_future_keeps_what_it_enters_across_its_polls() {
    let future = async {
        USER.enter_with("first");
        pause().await;
        assert_eq!(user(), Some("first"));
        USER.enter_with("second");
        pause().await;
        user()
    };
    let mut future = Box::pin(future.in_async_resource("future"));
    for _ in 0..2 {
        assert!(poll(future.as_mut()).is_pending());
        assert_eq!(user(), None);
    }
    assert_eq!(alone(|| poll(future.as_mut())), Poll::Ready(Some("second")));
}

#[test]
fn a_callback_scope_forgets_at_its_end() {
    let resource = USER.run("captured", || AsyncResource::new("job"));
    for _ in 0..2 {
        resource.run_in_async_scope(|| {
            assert_eq!(both(), (Some("captured"), None));
            USER.enter_with("entered");
            TENANT.enter_with("entered");
            assert_eq!(both(), (Some("entered"), Some("entered")));
        });
        assert_eq!(both(), (None, None));
    }
}

#[test]
fn a_bound_callback_forgets_at_its_end() {
    let bound = bind(|()| {
        let found = user();
        USER.enter_with("entered");
        found
    });
    assert_eq!((bound(()), bound(()), user()), (None, None, None));
}

#[test]
fn a_nested_scope_of_the_same_resource_starts_from_what_was_captured() {
    let resource = USER.run("captured", || AsyncResource::new("job"));
    resource.run_in_async_scope(|| {
        USER.enter_with("outer scope");
        resource.run_in_async_scope(|| assert_eq!(user(), Some("captured")));
        assert_eq!(user(), Some("outer scope"));
    });
}

#[test]
fn it_never_reaches_the_poller_or_the_parent() {
    let parent = async {
        USER.enter_with("parent");
        let child = async {
            USER.enter_with("before the first pause");
            pause().await;
            USER.enter_with("after it");
            TENANT.enter_with("child");
        };
        let mut child = pin!(child.in_async_resource("child"));
        assert!(poll(child.as_mut()).is_pending());
        assert_eq!(both(), (Some("parent"), None));
        child.await;
        both()
    };
    alone(|| {
        USER.enter_with("poller");
        assert_eq!(complete(parent.in_async_resource("parent")), (Some("parent"), None));
        assert_eq!(both(), (Some("poller"), None));
    });
}

#[test]
fn it_never_reaches_a_sibling() {
    let sibling = |name: &'static str| {
        let sibling = async move {
            assert_eq!(user(), Some("parent"));
            USER.enter_with(name);
            pause().await;
            user()
        };
        sibling.in_async_resource("sibling")
    };
    let parent = async {
        USER.enter_with("parent");
        let joined = futures::join!(sibling("one"), sibling("two"));
        (joined, user())
    };
    let (joined, own) = complete(parent.in_async_resource("parent"));
    assert_eq!((joined, own), ((Some("one"), Some("two")), Some("parent")));
}

#[test]
fn children_created_afterwards_see_it_and_earlier_ones_do_not() {
    let future = async {
        let early = bind(|()| user());
        USER.enter_with("entered");
        let late = bind(|()| user());
        pause().await;
        (early(()), late(()))
    };
    assert_eq!(complete(future.in_async_resource("future")), (None, Some("entered")));
}

#[test]
fn in_root_it_changes_the_root_of_that_thread_alone() {
    alone(|| {
        USER.enter_with("here");
        alone(|| {
            assert_eq!(user(), None);
            USER.enter_with("there");
        });
        assert_eq!(user(), Some("here"));
        complete(async { USER.enter_with("an untracked future runs as its poller") });
        assert_eq!(user(), Some("an untracked future runs as its poller"));
    });
    assert_eq!(user(), None);
}

#[test]
fn an_untracked_await_enters_for_its_task() {
    let future = async {
        async { USER.enter_with("inner") }.await;
        pause().await;
        user()
    };
    assert_eq!(complete(future.in_async_resource("future")), Some("inner"));
}

#[test]
fn run_puts_back_its_own_local_and_no_other() {
    alone(|| {
        USER.enter_with("outer");
        let outcome = USER.run("run", || {
            USER.enter_with("entered");
            TENANT.enter_with("entered");
            both()
        });
        assert_eq!(outcome, (Some("entered"), Some("entered")));
        assert_eq!(both(), (Some("outer"), Some("entered")));
    });
}

#[test]
fn exit_puts_back_its_own_local_and_no_other() {
    alone(|| {
        USER.enter_with("outer");
        USER.exit(|| {
            USER.enter_with("entered");
            TENANT.enter_with("entered");
        });
        assert_eq!(both(), (Some("outer"), Some("entered")));
    });
}

#[test]
fn run_puts_back_nothing_to_nothing() {
    alone(|| {
        USER.run("run", || TENANT.enter_with("entered"));
        assert_eq!(both(), (None, Some("entered")));
    });
}

#[test]
fn runs_of_different_locals_nest_independently() {
    alone(|| {
        USER.run("outer user", || {
            TENANT.run("outer tenant", || {
                USER.run("inner user", || {
                    ROLE.enter_with("role");
                    USER.enter_with("entered");
                    TENANT.enter_with("entered");
                });
                assert_eq!(both(), (Some("outer user"), Some("entered")));
            });
            assert_eq!(both(), (Some("outer user"), None));
        });
        assert_eq!((both(), ROLE.get().as_deref()), ((None, None), Some(&"role")));
    });
}

#[test]
fn scope_puts_back_its_own_local_and_no_other() {
    let future = async {
        USER.enter_with("outer");
        let scoped = async {
            USER.enter_with("entered");
            TENANT.enter_with("entered");
            pause().await;
            both()
        };
        assert_eq!(USER.scope("scoped", scoped).await, (Some("entered"), Some("entered")));
        both()
    };
    assert_eq!(complete(future.in_async_resource("future")), (Some("outer"), Some("entered")));
}

#[test]
fn a_local_future_keeps_over_its_polls_what_is_entered_inside() {
    let scoped = async {
        USER.enter_with("entered");
        TENANT.enter_with("entered");
        pause().await;
        assert_eq!(both(), (Some("entered"), Some("entered")));
        pause().await;
        both()
    };
    alone(|| {
        let mut scoped = pin!(USER.scope("scoped", scoped));
        for _ in 0..2 {
            assert!(poll(scoped.as_mut()).is_pending());
            assert_eq!(both(), (None, None), "what is entered inside does not reach the poller");
        }
        assert_eq!(poll(scoped), Poll::Ready((Some("entered"), Some("entered"))));
    });
}

#[test]
fn a_snapshot_future_keeps_over_its_polls_what_is_entered_inside() {
    let captured = async {
        assert_eq!(both(), (Some("captured"), None));
        USER.enter_with("entered");
        TENANT.enter_with("entered");
        pause().await;
        both()
    };
    alone(|| {
        let snapshot = USER.run("captured", Snapshot::current);
        USER.enter_with("poller");
        let mut captured = pin!(snapshot.scope(captured));
        assert!(poll(captured.as_mut()).is_pending());
        assert_eq!(both(), (Some("poller"), None));
        assert_eq!(poll(captured), Poll::Ready((Some("entered"), Some("entered"))));
        assert_eq!(both(), (Some("poller"), None));
    });
}

#[test]
fn snapshot_run_puts_back_every_local() {
    alone(|| {
        let snapshot = USER.run("captured", Snapshot::current);
        TENANT.enter_with("caller");
        let inside = snapshot.run(|| {
            assert_eq!(both(), (Some("captured"), None));
            USER.enter_with("entered");
            TENANT.enter_with("entered");
            both()
        });
        assert_eq!(inside, (Some("entered"), Some("entered")));
        assert_eq!(both(), (None, Some("caller")));
        assert_eq!(snapshot.run(both), (Some("captured"), None), "nor does the snapshot keep it");
    });
}

#[test]
fn a_callback_of_a_snapshot_forgets_at_its_end() {
    let bound = USER.run("captured", Snapshot::current).bind(|()| {
        let found = both();
        USER.enter_with("entered");
        found
    });
    for _ in 0..2 {
        assert_eq!(TENANT.run("caller", || bound(())), (Some("captured"), None));
    }
    assert_eq!(both(), (None, None));
}

#[test]
fn a_snapshot_of_nothing_hides_everything() {
    let nothing = alone(Snapshot::current);
    USER.run("caller", || {
        assert_eq!(nothing.run(user), None);
        assert_eq!(complete(nothing.scope(async { user() })), None);
        assert_eq!(nothing.bind(|()| user())(()), None);
        assert_eq!(user(), Some("caller"));
    });
}

#[test]
fn a_snapshot_does_not_follow_later_changes() {
    alone(|| {
        USER.enter_with("early");
        let snapshot = Snapshot::current();
        let clone = snapshot.clone();
        USER.enter_with("late");
        assert_eq!((snapshot.run(user), clone.run(user), user()), (Some("early"), Some("early"), Some("late")));
    });
}

#[test]
fn snapshots_nest_and_each_puts_back_the_one_around_it() {
    let one = USER.run("one", Snapshot::current);
    let two = USER.run("two", Snapshot::current);
    let seen = one.run(|| {
        let inner = two.run(|| one.run(user));
        (inner, user())
    });
    assert_eq!(seen, (Some("one"), Some("one")));
}

#[test]
fn a_local_future_sees_what_its_surroundings_enter_between_its_polls() {
    alone(|| {
        let mut scoped = pin!(USER.scope("scoped", async {
            assert_eq!(both(), (Some("scoped"), None));
            pause().await;
            both()
        }));
        assert!(poll(scoped.as_mut()).is_pending());
        TENANT.enter_with("surroundings");
        USER.enter_with("surroundings");
        assert_eq!(poll(scoped), Poll::Ready((Some("scoped"), Some("surroundings"))));
        assert_eq!(both(), (Some("surroundings"), Some("surroundings")));
    });
}

#[test]
fn a_local_future_stays_set_when_its_surroundings_had_the_very_same_value() {
    alone(|| {
        let shared = Arc::new("shared");
        USER.enter_with(Arc::clone(&shared));
        let mut scoped = pin!(USER.scope(shared, async {
            pause().await;
            user()
        }));
        assert!(poll(scoped.as_mut()).is_pending());
        USER.enter_with("surroundings");
        assert_eq!(poll(scoped), Poll::Ready(Some("shared")));
        assert_eq!(user(), Some("surroundings"));
    });
}

#[test]
fn a_future_stays_exited_when_its_surroundings_were_exited_too() {
    alone(|| {
        USER.exit(|| {
            let mut exited = pin!(USER.exit_scope(async {
                pause().await;
                user()
            }));
            assert!(poll(exited.as_mut()).is_pending());
            USER.enter_with("surroundings");
            assert_eq!(poll(exited), Poll::Ready(None));
        });
    });
}

#[test]
fn what_a_future_enters_stays_entered_when_its_surroundings_had_the_very_same_value() {
    alone(|| {
        let shared = Arc::new("shared");
        TENANT.enter_with(Arc::clone(&shared));
        let mut scoped = pin!(USER.scope("scoped", async move {
            TENANT.enter_with(shared);
            pause().await;
            tenant()
        }));
        assert!(poll(scoped.as_mut()).is_pending());
        TENANT.enter_with("surroundings");
        assert_eq!(poll(scoped), Poll::Ready(Some("shared")));
    });
}

#[test]
fn local_futures_nest_and_each_puts_back_its_own() {
    let nested = TENANT.scope("outer", async {
        let inner = USER.scope("inner", async {
            ROLE.enter_with("entered");
            pause().await;
            (both(), ROLE.get().as_deref().copied())
        });
        assert_eq!(inner.await, ((Some("inner"), Some("outer")), Some("entered")));
        (both(), ROLE.get().as_deref().copied())
    });
    alone(|| {
        assert_eq!(complete(nested), ((None, Some("outer")), Some("entered")));
        assert_eq!((both(), ROLE.get().as_deref()), ((None, None), Some(&"entered")));
    });
}

#[test]
fn a_local_scoped_twice_shows_the_inner_value_and_then_the_outer_one() {
    let nested = USER.scope("outer", async {
        pause().await;
        let inner = USER.scope("inner", async {
            pause().await;
            user()
        });
        assert_eq!(inner.await, Some("inner"));
        pause().await;
        user()
    });
    alone(|| assert_eq!(complete(nested), Some("outer")));
}

#[test]
fn an_exited_future_is_exited_over_its_polls() {
    let future = USER.scope("outer", async {
        let exited = USER.exit_scope(async {
            assert_eq!(user(), None);
            pause().await;
            user()
        });
        assert_eq!(exited.await, None);
        user()
    });
    assert_eq!(complete(future), Some("outer"));
}

#[test]
fn a_tracked_future_inside_a_local_future_captured_where_it_was_made() {
    let tracked = USER.run("creation", || async { user() }.in_async_resource("future"));
    assert_eq!(complete(USER.scope("scoped", tracked)), Some("creation"));
    let scoped = USER.run("creation", || USER.scope("scoped", async { user() }).in_async_resource("future"));
    assert_eq!(complete(scoped), Some("scoped"));
}

#[test]
fn a_local_future_moved_to_another_thread_takes_its_own_values_along() {
    let mut scoped = Box::pin(USER.scope("scoped", async {
        TENANT.enter_with("entered");
        pause().await;
        (both(), ROLE.get().as_deref().copied())
    }));
    alone(|| {
        ROLE.enter_with("here");
        assert!(poll(scoped.as_mut()).is_pending());
    });
    alone(|| {
        ROLE.enter_with("there");
        let expected = ((Some("scoped"), Some("entered")), Some("there"));
        assert_eq!(poll(scoped.as_mut()), Poll::Ready(expected));
        assert_eq!((both(), ROLE.get().as_deref()), ((None, Some("entered")), Some(&"there")));
    });
}

#[test]
fn run_given_a_future_runs_nothing_of_it_inside() {
    let trap = USER.run("run", || async { user() });
    assert_eq!(complete(trap), None);
    assert_eq!(complete(USER.scope("scope", async { user() })), Some("scope"));
}

#[test]
fn a_value_shared_by_reference_is_shared_with_children() {
    static COUNT: AsyncLocal<std::sync::atomic::AtomicU64> = AsyncLocal::new();
    let counted = COUNT.run(std::sync::atomic::AtomicU64::new(0), || {
        let child = bind(|()| COUNT.with(|count| count.unwrap().fetch_add(1, std::sync::atomic::Ordering::Relaxed)));
        child(());
        child(());
        COUNT.with(|count| count.unwrap().load(std::sync::atomic::Ordering::Relaxed))
    });
    assert_eq!(counted, 2);
}

#[test]
fn many_nested_runs_each_see_their_own() {
    static DEPTH: AsyncLocal<usize> = AsyncLocal::new();
    fn descend(depth: usize) {
        if depth < 1000 {
            DEPTH.run(depth, || {
                descend(depth + 1);
                assert_eq!(DEPTH.get().as_deref(), Some(&depth));
            });
        }
    }
    alone(|| {
        descend(0);
        assert_eq!(DEPTH.get(), None);
    });
}

#[test]
fn very_many_locals_are_each_their_own() {
    let locals: Vec<AsyncLocal<usize>> = (0..500).map(|_| AsyncLocal::new()).collect();
    alone(|| {
        for (index, local) in locals.iter().enumerate() {
            local.enter_with(index);
        }
        let resource = AsyncResource::new("job");
        for local in locals.iter().step_by(3) {
            local.run(usize::MAX, || assert_eq!(local.get().as_deref(), Some(&usize::MAX)));
        }
        resource.run_in_async_scope(|| {
            for (index, local) in locals.iter().enumerate() {
                assert_eq!(local.get().as_deref(), Some(&index));
            }
        });
    });
}
