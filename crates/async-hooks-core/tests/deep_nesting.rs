//! Twenty thousand of everything, nested: each shows what it brings.
//!
//! The thread is afterwards what it was before.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod polling;

use std::future::Future;
use std::panic::{catch_unwind, panic_any};
use std::pin::Pin;
use std::thread;

use async_hooks_core::{
    AsyncId, AsyncLocal, AsyncResource, FutureExt as _, Snapshot, bind, execution_async_id, execution_async_resource,
    trigger_async_id,
};

use polling::{OnDrop, complete, pause};

static USER: AsyncLocal<usize> = AsyncLocal::new();
static TENANT: AsyncLocal<usize> = AsyncLocal::new();

const DEPTH: usize = 20_000;

fn user() -> Option<usize> {
    USER.with(|user| user.copied())
}

fn standing() -> (AsyncId, &'static str, Option<AsyncId>, Option<usize>, Option<usize>) {
    let resource = execution_async_resource();
    (resource.async_id(), resource.kind(), trigger_async_id(), user(), TENANT.with(|tenant| tenant.copied()))
}

/// On a stack that has room for the program's own recursion.
fn on_a_large_stack(check: impl FnOnce() + Send + 'static) {
    let checked = || {
        let before = standing();
        check();
        assert_eq!(standing(), before);
    };
    thread::Builder::new().stack_size(1 << 30).spawn(checked).unwrap().join().unwrap();
}

#[test]
fn scopes_of_resources_nest_as_deep_as_the_stack() {
    fn nest(left: usize) {
        if left > 0 {
            let resource = AsyncResource::new("nested");
            resource.run_in_async_scope(|| {
                assert_eq!(user(), (left < DEPTH).then_some(left + 1), "it was made in the one around it");
                USER.enter_with(left);
                nest(left - 1);
                assert_eq!((execution_async_id(), user()), (resource.async_id(), Some(left)));
            });
        }
    }
    on_a_large_stack(|| nest(DEPTH));
}

#[test]
fn values_set_for_calls_nest_as_deep_as_the_stack() {
    fn nest(left: usize) {
        if left > 0 {
            USER.run(left, || {
                nest(left - 1);
                assert_eq!(user(), Some(left));
            });
        }
    }
    on_a_large_stack(|| nest(DEPTH));
    on_a_large_stack(|| {
        // Where a guard lies below, what each value covers is kept in a list.
        let guard = USER.enter(0);
        nest(DEPTH);
        drop(guard);
    });
    on_a_large_stack(|| {
        let guard = USER.enter(0);
        nest_and_drop(DEPTH, guard);
        assert_eq!(user(), None);
    });

    fn nest_and_drop(left: usize, guard: impl Sized) {
        if left == 0 {
            drop(guard);
            return;
        }
        USER.run(left, || {
            nest_and_drop(left - 1, guard);
            assert_eq!(user(), Some(left));
        });
    }
}

#[test]
fn calls_of_snapshots_nest_as_deep_as_the_stack() {
    fn nest(left: usize) {
        if left > 0 {
            let snapshot = USER.run(left, Snapshot::current);
            snapshot.run(|| {
                TENANT.enter_with(left);
                nest(left - 1);
                assert_eq!((user(), TENANT.get().as_deref()), (Some(left), Some(&left)));
            });
        }
    }
    on_a_large_stack(|| nest(DEPTH));
}

#[test]
fn all_kinds_of_scopes_nest_in_each_other_as_deep_as_the_stack() {
    fn nest(left: usize) {
        let check = || {
            nest(left - 1);
            standing()
        };
        let (inside, user) = match left {
            0 => return,
            _ if left % 7 == 0 => (AsyncResource::new("nested").run_in_async_scope(check), user()),
            _ if left % 7 == 1 => (USER.run(left, check), Some(left)),
            _ if left % 7 == 2 => (USER.run(left, Snapshot::current).run(check), Some(left)),
            _ if left % 7 == 3 => (bind(|()| check())(()), user()),
            _ if left % 7 == 4 => (complete(TENANT.scope(left, async { check() })), user()),
            _ if left % 7 == 5 => (complete(async { check() }.in_async_resource("nested")), user()),
            _ => {
                let _guard = USER.enter(left);
                (check(), Some(left))
            }
        };
        assert_eq!(inside.3, user);
    }
    on_a_large_stack(|| nest(DEPTH));
}

#[test]
fn a_panic_leaves_as_many_scopes_as_there_are() {
    fn nest(left: usize) {
        match left {
            0 => panic_any("deep inside"),
            _ if left % 4 == 0 => AsyncResource::new("nested").run_in_async_scope(|| nest(left - 1)),
            _ if left % 4 == 1 => USER.run(left, || nest(left - 1)),
            _ if left % 4 == 2 => Snapshot::current().run(|| nest(left - 1)),
            _ => {
                let _guard = USER.enter(left);
                nest(left - 1);
            }
        }
    }
    on_a_large_stack(|| assert!(catch_unwind(|| nest(DEPTH)).is_err()));
}

#[test]
fn polls_of_futures_nest_as_deep_as_the_stack() {
    fn nest(left: usize) -> Pin<Box<dyn Future<Output = ()>>> {
        let inner = async move {
            if left == 0 {
                pause().await;
            } else {
                nest(left - 1).await;
            }
        };
        match left % 3 {
            0 => Box::pin(inner.in_async_resource("nested")),
            1 => Box::pin(USER.scope(left, inner)),
            _ => Box::pin(inner.in_current_snapshot()),
        }
    }
    on_a_large_stack(|| complete(nest(DEPTH)));
}

#[test]
fn values_whose_drops_set_values_nest_as_deep_as_the_stack() {
    type Held = OnDrop<Box<dyn FnMut() + Send + Sync>>;
    static HELD: AsyncLocal<Held> = AsyncLocal::new();
    fn held(left: usize) -> Held {
        OnDrop(Box::new(move || {
            if left > 0 {
                HELD.run(held(left - 1), || assert!(HELD.with(|held| held.is_some())));
            }
        }))
    }
    on_a_large_stack(|| HELD.run(held(DEPTH), || ()));
}
