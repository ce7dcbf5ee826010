//! Rule: `exit` means "set to none" and wins over a default.
//!
//! After `disable`, the default shows again. Unset everywhere until the next run, scope or `enter_with`; old values
//! never come back.

mod polling;

use std::pin::pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier};
use std::task::Poll;
use std::thread;

use async_hooks_core::{AsyncLocal, AsyncResource, FutureExt as _, Snapshot, bind};

use polling::{alone, complete, pause, poll};

/// `disable` reaches everywhere, so each test has locals of its own.
fn local() -> AsyncLocal<&'static str> {
    AsyncLocal::new()
}

fn value(local: &AsyncLocal<&'static str>) -> Option<&'static str> {
    assert_eq!(local.get().as_deref().copied(), local.with(|value| value.copied()));
    local.with(|value| value.copied())
}

#[test]
fn exit_sets_to_none_and_puts_back() {
    let user = local();
    user.run("outer", || {
        let exited = user.exit(|| {
            assert_eq!(value(&user), None);
            user.run("inner", || assert_eq!(value(&user), Some("inner")));
            value(&user)
        });
        assert_eq!((exited, value(&user)), (None, Some("outer")));
    });
}

#[test]
fn exit_wins_over_a_default() {
    let user = AsyncLocal::with_default(|| "default");
    assert_eq!(value(&user), Some("default"));
    assert_eq!(user.exit(|| value(&user)), None);
    assert_eq!(complete(user.exit_scope(async { value(&user) })), None);
    assert_eq!(value(&user), Some("default"));
}

#[test]
fn exit_is_captured_like_a_value() {
    let user = AsyncLocal::with_default(|| "default");
    let (resource, snapshot) = user.exit(|| (AsyncResource::new("job"), Snapshot::current()));
    assert_eq!((resource.run_in_async_scope(|| value(&user)), snapshot.run(|| value(&user))), (None, None));
}

#[test]
fn exit_hides_one_local_only() {
    let (user, tenant) = (local(), local());
    user.run("user", || {
        tenant.run("tenant", || {
            let seen = user.exit(|| bind(|()| (value(&user), value(&tenant)))(()));
            assert_eq!(seen, (None, Some("tenant")));
        });
    });
}

#[test]
fn exit_and_run_return_what_their_closure_returns() {
    let user = local();
    assert_eq!((user.exit(|| 1), user.run("user", || 2)), (1, 2));
}

#[test]
fn a_default_is_made_once_and_lazily() {
    static MADE: AtomicUsize = AtomicUsize::new(0);
    static COUNTED: AsyncLocal<usize> = AsyncLocal::with_default(|| MADE.fetch_add(1, Ordering::Relaxed));
    COUNTED.run(7_usize, || assert_eq!(COUNTED.get().as_deref(), Some(&7)));
    COUNTED.exit(|| assert_eq!(COUNTED.get(), None));
    assert_eq!(MADE.load(Ordering::Relaxed), 0);
    let barrier = Barrier::new(4);
    let get = || {
        barrier.wait();
        COUNTED.get().unwrap()
    };
    let made: Vec<_> = thread::scope(|scope| {
        let running: Vec<_> = (0..4).map(|_| scope.spawn(get)).collect();
        running.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert!(made.iter().all(|one| Arc::ptr_eq(one, &made[0])));
    COUNTED.disable();
    assert!(Arc::ptr_eq(&COUNTED.get().unwrap(), &made[0]));
    assert_eq!(MADE.load(Ordering::Relaxed), 1);
}

#[test]
fn a_default_may_use_other_locals() {
    static OTHER: AsyncLocal<&str> = AsyncLocal::new();
    static DERIVED: AsyncLocal<&str> = AsyncLocal::with_default(|| {
        OTHER.enter_with("entered by the default");
        OTHER.run("nested", || OTHER.with(|other| other.copied())).unwrap_or("none")
    });
    alone(|| {
        DERIVED.run("set once, so that reading looks it up", || {});
        assert_eq!(DERIVED.with(|derived| derived.copied()), Some("nested"));
        assert_eq!(value(&OTHER), Some("entered by the default"));
    });
}

#[test]
fn after_disable_the_default_shows_again() {
    let user = AsyncLocal::with_default(|| "default");
    user.run("run", || {
        user.disable();
        assert_eq!(value(&user), Some("default"));
        user.exit(|| assert_eq!(value(&user), None));
        assert_eq!(value(&user), Some("default"));
    });
    let exited = user.exit(|| {
        user.disable();
        value(&user)
    });
    assert_eq!(exited, Some("default"));
}

#[test]
fn disable_unsets_at_every_level() {
    let user = local();
    user.run("outer", || {
        user.run("middle", || {
            user.exit(|| user.run("inner", || user.disable()));
            assert_eq!(value(&user), None);
        });
        assert_eq!(value(&user), None);
    });
    assert_eq!(value(&user), None);
}

#[test]
fn disable_unsets_in_captured_contexts() {
    let user = local();
    let (resource, snapshot, bound) =
        user.run("old", || (AsyncResource::new("job"), Snapshot::current(), bind(|()| value(&user))));
    let mut tracked = Box::pin(user.run("old", || {
        let held = async {
            let before = value(&user);
            pause().await;
            (before, value(&user))
        };
        held.in_async_resource("future")
    }));
    assert!(poll(tracked.as_mut()).is_pending());
    user.disable();
    let seen = || [resource.run_in_async_scope(|| value(&user)), snapshot.run(|| value(&user)), bound(())];
    assert_eq!(seen(), [None; 3]);
    // Neither does a new value bring the old ones back.
    user.run("new", || {
        assert_eq!(seen(), [None; 3]);
        assert_eq!(value(&user), Some("new"));
    });
    assert_eq!(poll(tracked.as_mut()), Poll::Ready((Some("old"), None)));
}

#[test]
fn an_old_value_does_not_come_back_however_often_the_local_is_disabled() {
    let user = local();
    let old = user.run("old", Snapshot::current);
    // If disabling is counted anywhere, a count may come round.
    for bits in [8, 16] {
        (0..1_u64 << bits).for_each(|_| user.disable());
        assert_eq!(old.run(|| value(&user)), None);
    }
    assert_eq!(user.run("new", || old.run(|| value(&user))), None);
}

#[test]
fn disable_unsets_on_other_threads() {
    let user = local();
    let barrier = Barrier::new(2);
    thread::scope(|scope| {
        scope.spawn(|| {
            user.enter_with("there");
            barrier.wait();
            barrier.wait();
            assert_eq!(value(&user), None);
            user.enter_with("again");
            assert_eq!(value(&user), Some("again"));
        });
        barrier.wait();
        user.disable();
        barrier.wait();
    });
}

#[test]
fn disable_touches_no_other_local() {
    let (user, tenant) = (local(), local());
    user.run("user", || {
        tenant.run("tenant", || {
            user.disable();
            assert_eq!((value(&user), value(&tenant)), (None, Some("tenant")));
        });
    });
}

#[test]
fn disable_lets_the_local_be_set_again() {
    let user = local();
    user.disable();
    assert_eq!(user.run("first", || value(&user)), Some("first"));
    for _ in 0..3 {
        user.disable();
        user.disable();
        assert_eq!(user.run("again", || value(&user)), Some("again"));
        assert_eq!(complete(user.scope("again", async { value(&user) })), Some("again"));
        assert_eq!(bind(|()| value(&user))(()), None);
    }
}

#[test]
fn a_run_open_at_disable_brings_nothing_back() {
    let user = local();
    user.run("outer", || {
        user.run("inner", || user.disable());
        assert_eq!(value(&user), None);
        user.run("new", || assert_eq!(value(&user), Some("new")));
        assert_eq!(value(&user), None);
    });
}

#[test]
fn a_run_open_at_disable_still_puts_back_what_is_entered_in_it() {
    alone(|| {
        let user = local();
        user.run("run", || {
            user.disable();
            user.enter_with("entered in the run");
            assert_eq!(value(&user), Some("entered in the run"));
        });
        assert_eq!(value(&user), None);
        user.exit(|| {
            user.disable();
            user.enter_with("entered in the exit");
        });
        assert_eq!(value(&user), None);
    });
}

#[test]
fn a_scope_open_at_disable_still_puts_back_what_is_entered_in_it() {
    alone(|| {
        let user = local();
        complete(user.scope("scope", async {
            user.disable();
            user.enter_with("entered in the scope");
            pause().await;
            assert_eq!(value(&user), Some("entered in the scope"));
        }));
        assert_eq!(value(&user), None);
    });
}

#[test]
fn a_scope_open_at_disable_is_unset_at_its_next_poll() {
    let user = local();
    let mut scoped = pin!(user.scope("old", async {
        pause().await;
        value(&user)
    }));
    assert!(poll(scoped.as_mut()).is_pending());
    user.disable();
    assert_eq!(poll(scoped), Poll::Ready(None));
}

#[test]
fn a_reader_keeps_what_it_was_given_when_the_local_is_disabled() {
    let user = AsyncLocal::<String>::new();
    user.run("kept".to_owned(), || {
        user.with(|kept| {
            user.disable();
            user.enter_with("new".to_owned());
            assert_eq!(kept.map(String::as_str), Some("kept"));
            assert_eq!(user.get().as_deref().map(String::as_str), Some("new"));
        });
    });
}

#[test]
fn a_value_entered_in_root_is_let_go_by_disable() {
    alone(|| {
        let user = AsyncLocal::<String>::new();
        let name = Arc::new("alice".to_owned());
        for _ in 0..3 {
            user.enter_with(Arc::clone(&name));
            user.disable();
        }
        assert_eq!(Arc::strong_count(&name), 1);
    });
}
