//! Programs that leak what they entered, or drop it in the wrong place: nothing aborts.
//!
//! Some values have drops that run foreign code. The thread is afterwards what it was before.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod polling;

use std::cell::RefCell;
use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind, panic_any};
use std::sync::Arc;
use std::thread;

use allocation_counter::measure;
use async_hooks_core::{
    AsyncId, AsyncLocal, AsyncLocalGuard, AsyncResource, FutureExt as _, Snapshot, bind, execution_async_id,
};

use polling::{OnDrop, alone, complete, pause, poll};

static USER: AsyncLocal<u32> = AsyncLocal::new();
static TENANT: AsyncLocal<u32> = AsyncLocal::new();

type Standing = (AsyncId, Option<u32>, Option<u32>);

fn standing() -> Standing {
    (execution_async_id(), USER.with(|user| user.copied()), TENANT.with(|tenant| tenant.copied()))
}

const CLEAN: Standing = (AsyncId::ROOT, None, None);

/// Each kind of scope, which runs what it is given.
///
/// The last hands what was entered in it to its surroundings.
fn scopes() -> [fn(&dyn Fn()); 6] {
    [
        |f| AsyncResource::new("job").run_in_async_scope(f),
        |f| bind(|()| f())(()),
        |f| Snapshot::current().run(f),
        |f| complete(async { f() }.in_async_resource("future")),
        |f| complete(async { f() }.in_current_snapshot()),
        |f| complete(USER.exit_scope(async { f() })),
    ]
}

/// A list that a thread keeps may have grown, and keeps its room.
const ROOM: i64 = 16 * 1024;

#[test]
fn guards_leaked_in_scopes_leave_neither_values_nor_memory() {
    for scope in &scopes()[..5] {
        alone(|| {
            let leak = || {
                scope(&|| {
                    mem::forget(USER.enter(1));
                    mem::forget(TENANT.enter(2));
                });
                assert_eq!(standing(), CLEAN);
            };
            leak();
            let left = measure(|| (0..20_000).for_each(|_| leak())).bytes_current;
            assert!(left <= ROOM, "{left} bytes are left");
        });
    }
}

#[test]
fn futures_leaked_between_two_polls_leave_nothing_on_the_thread() {
    alone(|| {
        for _ in 0..1_000 {
            let entering = async {
                USER.enter_with(1);
                let _guard = TENANT.enter(2);
                pause().await;
            };
            let mut leaked = Box::pin(USER.scope(3, entering.in_async_resource("future")));
            assert!(poll(leaked.as_mut()).is_pending());
            mem::forget(leaked);
            assert_eq!(standing(), CLEAN);
        }
    });
}

#[test]
fn guards_dropped_in_scopes_that_were_entered_after_them_end_outside() {
    for scope in scopes() {
        alone(|| {
            let guards = RefCell::new(Some((USER.enter(1), TENANT.enter(2))));
            scope(&|| drop(guards.take()));
            assert_eq!(standing(), CLEAN);
        });
        alone(|| {
            USER.enter_with(9);
            let (outer, inner) = (RefCell::new(Some(USER.enter(1))), USER.enter(2));
            scope(&|| drop(outer.take()));
            assert_eq!(standing(), (AsyncId::ROOT, Some(9), None));
            drop(inner);
            assert_eq!(standing(), (AsyncId::ROOT, Some(9), None));
        });
    }
}

#[test]
fn guards_dropped_two_scopes_further_in_end_outside() {
    for outer in scopes() {
        for inner in scopes() {
            alone(|| {
                let guard = RefCell::new(Some(TENANT.enter(1)));
                outer(&|| inner(&|| drop(guard.take())));
                assert_eq!(standing(), CLEAN);
            });
        }
    }
}

#[test]
fn guards_dropped_behind_the_scope_in_which_they_were_entered_end_nothing_outside() {
    for scope in &scopes()[..5] {
        alone(|| {
            USER.enter_with(1);
            let (escaped, outside) = (RefCell::new(None), RefCell::new(None));
            scope(&|| drop(escaped.replace(Some(TENANT.enter(2)))));
            outside.replace(Some(TENANT.enter(3)));
            drop(escaped.take());
            assert_eq!(standing(), (AsyncId::ROOT, Some(1), Some(3)));
            drop(outside.take());
            assert_eq!(standing(), (AsyncId::ROOT, Some(1), None));
        });
    }
}

#[test]
fn everything_dropped_while_unwinding_leaves_the_thread_clean() {
    for scope in scopes() {
        alone(|| {
            let panicking = || {
                let (first, second) = (USER.enter(1), TENANT.enter(2));
                let resource = AsyncResource::new("job");
                let future = Box::pin(async { pause().await }.in_async_resource("future"));
                let _at_the_end = OnDrop(|| {
                    resource.run_in_async_scope(|| USER.run(3, || Snapshot::current().run(standing)));
                    complete(TENANT.scope(4, pause()));
                });
                // Dropped inside the scope, and there in the wrong order.
                let owned = RefCell::new(Some((future, first, second)));
                scope(&|| {
                    let _owned = owned.take();
                    panic_any("on purpose");
                });
            };
            assert!(catch_unwind(AssertUnwindSafe(panicking)).is_err());
            assert_eq!(standing(), CLEAN);
        });
    }
}

/// Dropped with its thread: guards, a scope, a future half way, and values with drops.
#[derive(Default)]
struct Kept {
    guards: Vec<AsyncLocalGuard<'static, u32>>,
    others: Vec<Box<dyn Fn()>>,
}

impl Drop for Kept {
    fn drop(&mut self) {
        drop(mem::take(&mut self.guards));
        for other in mem::take(&mut self.others) {
            other();
        }
    }
}

thread_local! {
    static KEPT_FIRST: RefCell<Kept> = RefCell::default();
    static KEPT_LAST: RefCell<Kept> = RefCell::default();
}

fn keep(kept: &'static thread::LocalKey<RefCell<Kept>>) {
    kept.with_borrow_mut(|kept| {
        kept.guards = vec![USER.enter(1), TENANT.enter(2), USER.enter(3)];
        let resource = AsyncResource::new("job");
        kept.others.push(Box::new(move || {
            resource.run_in_async_scope(|| assert_eq!(execution_async_id(), resource.async_id()));
            USER.run(4, || drop(TENANT.enter(5)));
            complete(TENANT.scope(6, pause()));
            assert_eq!(execution_async_id(), AsyncId::ROOT);
        }));
    });
}

#[test]
fn guards_and_scopes_may_be_left_by_thread_local_destructors() {
    let ended = thread::spawn(|| {
        // One is dropped after what the library keeps for a thread, one before.
        KEPT_FIRST.with(|_| ());
        USER.run(0, || drop(TENANT.enter(0)));
        keep(&KEPT_LAST);
        keep(&KEPT_FIRST);
    });
    assert!(ended.join().is_ok());
}

/// A value that does something when it is dropped.
type Acting = OnDrop<fn()>;

static ACTING: AsyncLocal<Acting> = AsyncLocal::new();

fn acting(act: fn()) -> Arc<Acting> {
    Arc::new(OnDrop(act))
}

/// Each way to set a value that ends, in the end or as it is replaced.
fn set_and_end(act: fn()) -> [Box<dyn Fn()>; 7] {
    [
        Box::new(move || ACTING.run(acting(act), || ())),
        Box::new(move || drop(ACTING.enter(acting(act)))),
        Box::new(move || {
            let outer = ACTING.enter(acting(act));
            let inner = ACTING.enter(acting(act));
            drop(outer);
            drop(inner);
        }),
        Box::new(move || {
            AsyncResource::new("job").run_in_async_scope(|| {
                ACTING.enter_with(acting(act));
                ACTING.enter_with(acting(act));
            });
        }),
        Box::new(move || complete(ACTING.scope(acting(act), pause()))),
        Box::new(move || {
            let future = async { pause().await }.in_async_resource("future");
            complete(ACTING.run(acting(act), || future));
        }),
        Box::new(move || {
            let guard = RefCell::new(Some(ACTING.enter(acting(act))));
            AsyncResource::new("job").run_in_async_scope(|| drop(guard.take()));
        }),
    ]
}

#[test]
fn values_whose_drops_enter_scopes_leave_nothing() {
    alone(|| {
        let act = || {
            assert!(AsyncResource::new("job").run_in_async_scope(|| USER.run(1, standing)).1.is_some());
            drop((TENANT.enter(2), USER.enter(3)));
            complete(TENANT.scope(4, async { USER.get() }.in_async_resource("future")));
        };
        for set_and_end in set_and_end(act) {
            set_and_end();
            assert_eq!(standing(), CLEAN);
        }
    });
}

#[test]
fn values_whose_drops_read_and_set_their_own_local_leave_no_more_than_they_set() {
    alone(|| {
        let act = || {
            assert!(ACTING.with(|value| value.is_none()) || execution_async_id() != AsyncId::ROOT);
            drop((ACTING.get(), Snapshot::current()));
            ACTING.run(acting(|| ()), || assert!(ACTING.get().is_some()));
        };
        for set_and_end in set_and_end(act) {
            set_and_end();
            assert!(ACTING.get().is_none());
            assert_eq!(standing(), CLEAN);
        }
    });
}

#[test]
fn values_whose_drops_panic_leave_nothing() {
    alone(|| {
        for set_and_end in set_and_end(|| {
            if !thread::panicking() {
                panic_any("value");
            }
        }) {
            let _ = catch_unwind(AssertUnwindSafe(set_and_end));
            assert!(ACTING.get().is_none());
            assert_eq!(standing(), CLEAN);
        }
    });
}

#[test]
fn values_whose_drops_panic_in_scopes_do_not_end_the_program() {
    for scope in scopes() {
        alone(|| {
            let entering = || {
                scope(&|| {
                    let bomb = || {
                        if !thread::panicking() {
                            panic_any("value");
                        }
                    };
                    ACTING.enter_with(acting(bomb));
                    mem::forget(ACTING.enter(acting(bomb)));
                });
            };
            let _ = catch_unwind(AssertUnwindSafe(entering));
            // A future of `scope` hands what it entered to this thread.
            let _ = catch_unwind(|| ACTING.disable());
            assert_eq!(standing(), CLEAN);
        });
    }
}
