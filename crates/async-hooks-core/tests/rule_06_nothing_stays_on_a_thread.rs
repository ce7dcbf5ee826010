//! Rule: nothing stays on a thread.
//!
//! Ids, context and depth after a poll are what they were before it, whatever happened in it.

mod polling;
mod recorder;

use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind, panic_any, resume_unwind};
use std::sync::Arc;

use async_hooks_core::{
    AsyncLocal, AsyncResource, FutureExt as _, Resource, Snapshot, bind, execution_async_resource, trigger_async_id,
};
use futures::executor::ThreadPool;
use futures::task::SpawnExt as _;

use polling::{OnDrop, alone, complete, pause, poll};
use recorder::Recorder;

static USER: AsyncLocal<&str> = AsyncLocal::new();
static TENANT: AsyncLocal<String> = AsyncLocal::new();
static COUNTED: AsyncLocal<u64> = AsyncLocal::with_default(|| 0);

/// All of a thread that a poll could leave behind.
fn standing() -> (Resource, Option<&'static str>, Option<Arc<String>>, u64) {
    let counted = COUNTED.with(|counted| counted.copied().unwrap_or(u64::MAX));
    (execution_async_resource(), USER.with(|user| user.copied()), TENANT.get(), counted)
}

fn leaves_nothing<R>(f: impl FnOnce() -> R) -> R {
    let before = (standing(), trigger_async_id());
    let outcome = catch_unwind(AssertUnwindSafe(f));
    assert_eq!((standing(), trigger_async_id()), before);
    outcome.unwrap_or_else(|payload| resume_unwind(payload))
}

/// In ROOT, in ROOT with values, inside a resource, in a reader, under a local or snapshot.
fn everywhere(check: impl Fn() + Sync) {
    alone(|| leaves_nothing(&check));
    alone(|| {
        USER.enter_with("root");
        COUNTED.enter_with(7);
        leaves_nothing(&check);
    });
    alone(|| AsyncResource::new("host").run_in_async_scope(|| leaves_nothing(&check)));
    alone(|| USER.run("host", || USER.with(|_| TENANT.with(|_| leaves_nothing(&check)))));
    alone(|| {
        let snapshot = TENANT.run("tenant".to_owned(), Snapshot::current);
        snapshot.run(|| leaves_nothing(&check));
    });
}

fn enter_everything() {
    USER.enter_with("inside");
    TENANT.enter_with("inside".to_owned());
    COUNTED.enter_with(3);
}

#[test]
fn a_poll_leaves_ids_and_context_as_they_were() {
    everywhere(|| {
        let future = async {
            enter_everything();
            pause().await;
            enter_everything();
        };
        let mut future = Box::pin(future.in_async_resource("future"));
        leaves_nothing(|| assert!(poll(future.as_mut()).is_pending()));
        leaves_nothing(|| assert!(poll(future.as_mut()).is_ready()));
        leaves_nothing(|| drop(future));
    });
}

#[test]
fn a_panicking_poll_leaves_nothing() {
    everywhere(|| {
        let future = async {
            enter_everything();
            AsyncResource::new("inner").run_in_async_scope(|| {
                enter_everything();
                USER.run("deep", || TENANT.exit(|| USER.with(|_| panic_any("poll"))))
            })
        };
        let future = future.in_async_resource("future");
        assert!(leaves_nothing(|| catch_unwind(AssertUnwindSafe(|| complete(future)))).is_err());
    });
}

#[test]
fn a_panic_leaves_nothing_of_any_scope() {
    everywhere(|| {
        let snapshot = USER.run("snapshot", Snapshot::current);
        let scopes: [&dyn Fn(); 8] = [
            &|| AsyncResource::new("job").run_in_async_scope(entered_and_panicked),
            &|| bind(|()| entered_and_panicked())(()),
            &|| AsyncResource::new("job").bind_once(|()| entered_and_panicked())(()),
            &|| snapshot.run(entered_and_panicked),
            &|| snapshot.bind(|()| entered_and_panicked())(()),
            &|| complete(snapshot.scope(async { entered_and_panicked() })),
            &|| complete(async { entered_and_panicked() }.in_current_snapshot()),
            &|| complete(USER.scope("scoped", async { entered_and_panicked() }.in_async_resource("future"))),
        ];
        for scope in scopes {
            assert!(leaves_nothing(|| catch_unwind(AssertUnwindSafe(scope))).is_err());
        }
    });
}

fn entered_and_panicked() {
    enter_everything();
    panic_any("entered");
}

#[test]
fn a_local_is_put_back_when_its_run_panics() {
    everywhere(|| {
        let scopes: [&dyn Fn(); 4] = [
            &|| USER.run("inner", || panic_any("run")),
            &|| USER.exit(|| panic_any("exit")),
            &|| complete(USER.scope("inner", async { panic_any("scope") })),
            &|| {
                let _guard = USER.enter("inner");
                panic_any("guard");
            },
        ];
        for scope in scopes {
            assert!(leaves_nothing(|| catch_unwind(AssertUnwindSafe(scope))).is_err());
        }
    });
}

#[test]
fn a_guard_leaked_in_a_poll_stays_with_the_future() {
    everywhere(|| {
        let future = async {
            mem::forget(USER.enter("leaked"));
            pause().await;
            assert_eq!(USER.get().as_deref(), Some(&"leaked"));
            mem::forget(USER.enter("leaked again"));
        };
        let mut future = Box::pin(future.in_async_resource("future"));
        leaves_nothing(|| assert!(poll(future.as_mut()).is_pending()));
        leaves_nothing(|| assert!(poll(future.as_mut()).is_ready()));
    });
}

#[test]
fn a_future_leaked_half_way_stays_nowhere() {
    everywhere(|| {
        let mut future = Box::pin(
            async {
                enter_everything();
                pause().await;
            }
            .in_async_resource("future"),
        );
        leaves_nothing(|| assert!(poll(future.as_mut()).is_pending()));
        leaves_nothing(|| mem::forget(future));
    });
}

#[test]
fn a_panicking_drop_of_a_value_leaves_nothing() {
    struct Bomb;
    impl Drop for Bomb {
        fn drop(&mut self) {
            panic_any("value");
        }
    }
    static BOMB: AsyncLocal<Bomb> = AsyncLocal::new();
    everywhere(|| {
        let future = async {
            BOMB.enter_with(Bomb);
            enter_everything();
            BOMB.enter_with(Bomb);
        };
        let mut future = Box::pin(future.in_async_resource("future"));
        assert!(leaves_nothing(|| catch_unwind(AssertUnwindSafe(|| poll(future.as_mut())))).is_err());
        assert!(leaves_nothing(|| catch_unwind(AssertUnwindSafe(|| drop(future)))).is_err());
        assert!(leaves_nothing(|| catch_unwind(AssertUnwindSafe(|| BOMB.run(Bomb, || {})))).is_err());
        let entered = || {
            let _guard = BOMB.enter(Bomb);
        };
        assert!(leaves_nothing(|| catch_unwind(AssertUnwindSafe(entered))).is_err());
        let scoped = || complete(BOMB.scope(Bomb, async { enter_everything_but_outside() }));
        assert!(leaves_nothing(|| catch_unwind(AssertUnwindSafe(scoped))).is_err());
    });

    fn enter_everything_but_outside() {
        AsyncResource::new("job").run_in_async_scope(enter_everything);
    }
}

#[test]
fn a_value_whose_drop_panics_between_two_polls_leaves_nothing() {
    struct Bomb(bool);
    impl Drop for Bomb {
        fn drop(&mut self) {
            if self.0 {
                panic_any("value");
            }
        }
    }
    static BOMB: AsyncLocal<Bomb> = AsyncLocal::new();
    alone(|| {
        USER.enter_with("root");
        // The future hides the bomb and so holds the last of it when its surroundings have let go.
        BOMB.enter_with(Bomb(true));
        let mut future = Box::pin(BOMB.scope(Bomb(false), pause()));
        assert!(poll(future.as_mut()).is_pending());
        BOMB.enter_with(Bomb(false));
        leaves_nothing(|| drop(catch_unwind(AssertUnwindSafe(|| poll(future.as_mut())))));
        leaves_nothing(|| drop(catch_unwind(AssertUnwindSafe(|| drop(future)))));
    });
}

#[test]
fn a_values_drop_that_enters_changes_the_context_it_runs_in() {
    static HELD: AsyncLocal<OnDrop<fn()>> = AsyncLocal::new();
    alone(|| {
        HELD.enter_with(OnDrop((|| USER.enter_with("from a drop")) as fn()));
        TENANT.enter_with("tenant".to_owned());
        HELD.enter_with(OnDrop((|| {}) as fn()));
        assert_eq!(USER.get().as_deref(), Some(&"from a drop"));
        assert_eq!(TENANT.get().as_deref().map(String::as_str), Some("tenant"));
    });
}

#[test]
fn a_waker_called_in_a_poll_that_polls_leaves_nothing() {
    everywhere(|| {
        let mut other = Box::pin(
            async {
                enter_everything();
                pause().await;
            }
            .in_async_resource("other"),
        );
        let future = async {
            leaves_nothing(|| assert!(poll(other.as_mut()).is_pending()));
            pause().await;
            leaves_nothing(|| assert!(poll(other.as_mut()).is_ready()));
        };
        leaves_nothing(|| complete(future.in_async_resource("future")));
    });
}

#[test]
fn futures_polled_in_turns_do_not_mix() {
    let mut futures: Vec<_> = ["a", "b", "c"]
        .into_iter()
        .map(|name| {
            let future = async move {
                let own = execution_async_resource();
                for _ in 0..5 {
                    USER.enter_with(name);
                    pause().await;
                    assert_eq!((USER.get().as_deref(), execution_async_resource()), (Some(&name), own));
                }
            };
            Box::pin(future.in_async_resource("future"))
        })
        .collect();
    alone(|| {
        for turn in 0..6 {
            for future in &mut futures {
                leaves_nothing(|| assert_eq!(poll(future.as_mut()).is_ready(), turn == 5));
            }
        }
    });
}

#[test]
fn the_workers_of_a_pool_stay_clean() {
    let recorder = Recorder::start();
    let pool = ThreadPool::builder().pool_size(2).create().unwrap();
    let storms = (0..50).map(|_| {
        let storm = async {
            for _ in 0..10 {
                enter_everything();
                pause().await;
            }
        };
        storm.in_async_resource("storm")
    });
    let ids: Vec<_> = storms
        .map(|storm| {
            let id = storm.resource().async_id();
            let bare = async move {
                let clean = standing();
                storm.await;
                assert_eq!(standing(), clean);
                clean.0
            };
            (id, pool.spawn_with_handle(bare).unwrap())
        })
        .collect();
    for (id, storm) in ids {
        assert_eq!(futures::executor::block_on(storm).kind(), "root");
        assert_eq!(recorder.of(id).iter().filter(|event| **event == "before").count(), 11);
    }
}
