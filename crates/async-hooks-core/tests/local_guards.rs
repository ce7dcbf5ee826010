//! The guard of `AsyncLocal::enter`.
//!
//! Dropping it ends it and those entered after it, whose own drop then does nothing; it never panics, and stays on its
//! thread.

mod polling;

use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind, panic_any};
use std::pin::pin;

use async_hooks_core::{AsyncLocal, AsyncResource, FutureExt as _, Snapshot};
use proptest::prelude::*;

use polling::{alone, complete, pause, poll};

static USER: AsyncLocal<u32> = AsyncLocal::new();
static TENANT: AsyncLocal<u32> = AsyncLocal::new();

fn user() -> Option<u32> {
    USER.with(|user| user.copied())
}

#[test]
fn a_guard_sets_until_it_is_dropped() {
    alone(|| {
        let guard = USER.enter(1);
        assert_eq!(user(), Some(1));
        drop(guard);
        assert_eq!(user(), None);
    });
}

#[test]
fn guards_nest() {
    alone(|| {
        let _one = USER.enter(1);
        {
            let _two = USER.enter(2);
            {
                let _three = USER.enter(3);
                assert_eq!(user(), Some(3));
            }
            assert_eq!(user(), Some(2));
        }
        assert_eq!(user(), Some(1));
    });
}

#[test]
fn dropping_a_guard_ends_those_entered_after_it() {
    alone(|| {
        USER.enter_with(0);
        let [one, two, three] = [1, 2, 3].map(|value| USER.enter(value));
        drop(two);
        assert_eq!(user(), Some(1));
        drop(three);
        assert_eq!(user(), Some(1), "the later guard had ended with the earlier one");
        drop(one);
        assert_eq!(user(), Some(0));
    });
}

#[test]
fn guards_dropped_outermost_first_do_nothing_after_the_first() {
    alone(|| {
        let guards = [1, 2, 3].map(|value| USER.enter(value));
        for guard in guards {
            drop(guard);
            assert_eq!(user(), None);
        }
    });
}

#[test]
fn an_ended_guard_does_not_end_one_entered_after_its_end() {
    alone(|| {
        let one = USER.enter(1);
        let two = USER.enter(2);
        drop(one);
        let three = USER.enter(3);
        drop(two);
        assert_eq!(user(), Some(3));
        drop(three);
        assert_eq!(user(), None);
    });
}

#[test]
fn guards_of_different_locals_are_independent() {
    alone(|| {
        let one = USER.enter(1);
        let two = TENANT.enter(2);
        drop(one);
        assert_eq!((user(), TENANT.get().as_deref()), (None, Some(&2)));
        drop(two);
        assert_eq!((user(), TENANT.get()), (None, None));
    });
}

#[test]
fn a_guard_puts_back_over_what_was_entered_with_it_alive() {
    alone(|| {
        let guard = USER.enter(1);
        USER.enter_with(2);
        drop(guard);
        assert_eq!(user(), None);
    });
}

#[test]
fn a_guard_puts_back_an_exit() {
    let defaulted = AsyncLocal::with_default(|| 9_u32);
    defaulted.exit(|| {
        drop(defaulted.enter(1));
        assert_eq!(defaulted.get(), None);
    });
    drop(defaulted.enter(1));
    assert_eq!(defaulted.get().as_deref(), Some(&9));
}

#[test]
fn a_guard_ends_when_its_block_panics() {
    alone(|| {
        let block = || {
            let _one = USER.enter(1);
            let _two = USER.enter(2);
            panic_any("block");
        };
        assert!(catch_unwind(AssertUnwindSafe(block)).is_err());
        assert_eq!(user(), None);
    });
}

#[test]
fn a_guard_nests_with_run_and_exit() {
    alone(|| {
        let _guard = USER.enter(1);
        USER.run(2, || {
            let _inner = USER.enter(3);
            USER.exit(|| {
                let _innermost = USER.enter(4);
                assert_eq!(user(), Some(4));
            });
            assert_eq!(user(), Some(3));
        });
        assert_eq!(user(), Some(1));
    });
}

#[test]
fn a_guard_that_leaves_a_run_brings_nothing_of_the_run_back() {
    alone(|| {
        USER.enter_with(0);
        let escaped = USER.run(1, || USER.enter(2));
        assert_eq!(user(), Some(0));
        drop(escaped);
        assert_eq!(user(), Some(0));
    });
}

#[test]
fn a_guard_that_leaves_a_scope_brings_nothing_of_the_scope_back() {
    alone(|| {
        USER.enter_with(0);
        let escaped = complete(USER.scope(1, async { USER.enter(2) }));
        assert_eq!(user(), Some(0));
        drop(escaped);
        assert_eq!(user(), Some(0));
    });
}

#[test]
fn a_guard_dropped_inside_a_run_does_not_end_the_run() {
    alone(|| {
        let guard = USER.enter(1);
        USER.run(2, move || {
            drop(guard);
            assert_eq!(user(), Some(2));
        });
    });
}

#[test]
fn a_guard_dropped_in_another_context_ends_nothing_there_and_nothing_later() {
    alone(|| {
        let resource = USER.run(7, || AsyncResource::new("job"));
        let guard = USER.enter(1);
        resource.run_in_async_scope(move || {
            drop(guard);
            assert_eq!(user(), Some(7));
        });
    });
}

#[test]
fn a_guard_returned_from_a_scope_does_nothing_outside() {
    alone(|| {
        USER.enter_with(0);
        let guard = AsyncResource::new("job").run_in_async_scope(|| USER.enter(1));
        drop(guard);
        assert_eq!(user(), Some(0));
        let guard = Snapshot::current().run(|| USER.enter(1));
        drop(guard);
        assert_eq!(user(), Some(0));
    });
}

#[test]
fn a_guard_in_a_reader_outlives_it() {
    alone(|| {
        let guard = USER.run(1, || USER.with(|_| TENANT.with(|_| TENANT.enter(2))));
        assert_eq!((user(), TENANT.get().as_deref()), (None, Some(&2)));
        TENANT.with(|_| drop(guard));
        assert_eq!(TENANT.get(), None);
    });
}

#[test]
fn a_guard_held_over_a_pause_holds_in_its_future_alone() {
    alone(|| {
        let future = async {
            let guard = USER.enter(1);
            pause().await;
            assert_eq!(user(), Some(1));
            drop(guard);
            pause().await;
            user()
        };
        let mut future = pin!(future.in_async_resource("future"));
        assert!(poll(future.as_mut()).is_pending());
        assert_eq!(user(), None);
        assert_eq!(complete(future), None);
    });
}

#[test]
fn futures_with_guards_polled_in_turns_do_not_mix() {
    alone(|| {
        let holding = |value: u32| {
            let holding = async move {
                let _guard = USER.enter(value);
                for _ in 0..3 {
                    pause().await;
                    assert_eq!(user(), Some(value));
                }
            };
            Box::pin(holding.in_async_resource("future"))
        };
        let mut futures = [holding(1), holding(2), holding(3)];
        for _ in 0..4 {
            for future in &mut futures {
                let _ = poll(future.as_mut());
                assert_eq!(user(), None);
            }
        }
    });
}

#[test]
fn a_guard_of_the_surroundings_ends_though_a_scoped_future_used_guards_too() {
    alone(|| {
        let _outermost = USER.enter(1);
        let mut scoped = pin!(TENANT.scope(9, async {
            drop(USER.enter(2));
            pause().await;
        }));
        assert!(poll(scoped.as_mut()).is_pending());
        let surrounding = USER.enter(3);
        assert!(poll(scoped).is_ready());
        assert_eq!(user(), Some(3));
        drop(surrounding);
        assert_eq!(user(), Some(1));
    });
}

#[test]
fn a_guard_alive_at_disable_does_nothing() {
    alone(|| {
        let local = AsyncLocal::with_default(|| 9_u32);
        let value = || local.with(|value| value.copied());
        local.run(1, || {
            let (one, two) = (local.enter(2), local.enter(3));
            local.disable();
            drop(one);
            assert_eq!(value(), Some(9));
            let three = local.enter(4);
            drop(two);
            assert_eq!(value(), Some(4));
            drop(three);
            assert_eq!(value(), Some(9));
        });
        assert_eq!(value(), Some(9));
    });
}

#[test]
fn a_leaked_guard_stays_until_an_outer_one_ends() {
    alone(|| {
        let outer = USER.enter(1);
        mem::forget(USER.enter(2));
        assert_eq!(user(), Some(2));
        drop(outer);
        assert_eq!(user(), None);
    });
}

#[test]
fn a_thousand_guards_nest() {
    alone(|| {
        let mut guards: Vec<_> = (0..1000).map(|value| USER.enter(value)).collect();
        while let Some(guard) = guards.pop() {
            assert_eq!(user(), u32::try_from(guards.len()).ok());
            drop(guard);
        }
        assert_eq!(user(), None);
    });
}

proptest! {
    /// The promise: the local has its value from before the outermost guard that was dropped.
    #[test]
    fn any_order_of_entering_and_dropping_follows_the_promise(steps in prop::collection::vec(0..8_usize, 1..60)) {
        alone(|| {
            let mut guards = vec![];
            let mut alive: Vec<u32> = vec![];
            for (step, choice) in steps.into_iter().enumerate() {
                let value = u32::try_from(step).unwrap();
                if choice < 4 || guards.is_empty() {
                    guards.push((value, USER.enter(value)));
                    alive.push(value);
                } else {
                    let (dropped, guard) = guards.swap_remove(choice % guards.len());
                    drop(guard);
                    if let Some(position) = alive.iter().position(|value| *value == dropped) {
                        alive.truncate(position);
                    }
                }
                assert_eq!(user(), alive.last().copied());
            }
        });
    }
}
