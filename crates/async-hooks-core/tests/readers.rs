//! `AsyncLocal::with` borrows the value while its closure does anything.
//!
//! Even with this very local: what was borrowed stays as it was, what is entered is there afterwards, at any depth and
//! by any exit.

mod polling;

use std::panic::{AssertUnwindSafe, catch_unwind, panic_any};
use std::sync::Arc;

use async_hooks_core::{AsyncLocal, AsyncResource, FutureExt as _, Snapshot, bind, execution_async_id};
use proptest::prelude::*;

use polling::{OnDrop, alone, complete, pause};

static USER: AsyncLocal<String> = AsyncLocal::new();
static TENANT: AsyncLocal<u32> = AsyncLocal::new();

fn user() -> Option<String> {
    let read = USER.with(|user| user.cloned());
    assert_eq!(USER.get().as_deref(), read.as_ref());
    read
}

#[test]
fn what_was_borrowed_stays_as_it_was() {
    alone(|| {
        USER.enter_with("lent".to_owned());
        USER.with(|lent| {
            USER.enter_with("entered".to_owned());
            assert_eq!((lent.map(String::as_str), user().as_deref()), (Some("lent"), Some("entered")));
            USER.disable();
            assert_eq!((lent.map(String::as_str), user()), (Some("lent"), None));
        });
    });
}

#[test]
fn what_a_reader_enters_stays_entered() {
    alone(|| {
        TENANT.enter_with(0);
        TENANT.with(|_| TENANT.enter_with(1));
        assert_eq!(TENANT.get().as_deref(), Some(&1));
        TENANT.with(|_| TENANT.with(|_| TENANT.enter_with(2)));
        assert_eq!(TENANT.get().as_deref(), Some(&2));
    });
}

#[test]
fn readers_and_writers_nest_to_any_depth() {
    fn descend(depth: u32) {
        TENANT.with(|lent| {
            assert_eq!(lent, Some(&depth));
            if depth < 40 {
                TENANT.enter_with(depth + 1);
                descend(depth + 1);
            }
            assert_eq!(lent, Some(&depth), "what was lent at {depth}");
            assert_eq!(TENANT.get().as_deref(), Some(&40));
        });
    }
    alone(|| {
        TENANT.enter_with(0);
        descend(0);
        assert_eq!(TENANT.get().as_deref(), Some(&40));
    });
}

#[test]
fn runs_nest_in_readers_to_any_depth() {
    fn descend(depth: u32) {
        TENANT.run(depth, || {
            TENANT.with(|lent| {
                if depth < 40 {
                    descend(depth + 1);
                }
                assert_eq!(lent, Some(&depth));
                assert_eq!(TENANT.get().as_deref(), Some(&depth));
            });
            assert_eq!(TENANT.get().as_deref(), Some(&depth));
        });
    }
    alone(|| {
        descend(0);
        assert_eq!(TENANT.get(), None);
    });
}

#[test]
fn a_panicking_reader_leaves_what_it_entered_and_no_borrow() {
    fn descend(depth: u32) {
        TENANT.with(|_| {
            TENANT.enter_with(depth);
            match depth {
                9 => panic_any("deepest"),
                _ => descend(depth + 1),
            }
        });
    }
    alone(|| {
        for _ in 0..3 {
            assert!(catch_unwind(|| descend(0)).is_err());
            assert_eq!(TENANT.get().as_deref(), Some(&9));
            TENANT.run(10, || assert_eq!(TENANT.get().as_deref(), Some(&10)));
            assert_eq!(TENANT.get().as_deref(), Some(&9));
        }
    });
}

#[test]
fn a_reader_may_do_anything() {
    alone(|| {
        USER.enter_with("lent".to_owned());
        USER.with(|lent| {
            let resource = AsyncResource::new("job");
            resource.run_in_async_scope(|| {
                assert_eq!(execution_async_id(), resource.async_id());
                USER.enter_with("in a scope".to_owned());
            });
            assert_eq!(user().as_deref(), Some("lent"));
            let future = async {
                USER.enter_with("in a future".to_owned());
                pause().await;
                USER.with(|lent| (lent.cloned(), complete(USER.scope("deep".to_owned(), async { user() }))))
            };
            let seen = complete(future.in_async_resource("future"));
            assert_eq!(seen, (Some("in a future".to_owned()), Some("deep".to_owned())));
            assert_eq!(USER.exit(user), None);
            assert_eq!(Snapshot::current().run(user).as_deref(), Some("lent"));
            assert_eq!(bind(|()| user())(()).as_deref(), Some("lent"));
            drop(USER.enter("guarded".to_owned()));
            assert_eq!((lent.map(String::as_str), user().as_deref()), (Some("lent"), Some("lent")));
        });
    });
}

#[test]
fn a_reader_of_an_unset_local_may_set_it() {
    alone(|| {
        let fresh = AsyncLocal::new();
        fresh.with(|lent: Option<&u32>| {
            fresh.enter_with(1);
            assert_eq!((lent, fresh.get().as_deref()), (None, Some(&1)));
        });
        assert_eq!(fresh.get().as_deref(), Some(&1));
    });
}

#[test]
fn a_value_outlives_the_reader_that_borrowed_it_although_it_was_replaced() {
    alone(|| {
        let value = Arc::new("lent".to_owned());
        USER.enter_with(Arc::clone(&value));
        USER.with(|_| {
            USER.enter_with("entered".to_owned());
            assert_eq!(Arc::strong_count(&value), 2);
        });
        assert_eq!(Arc::strong_count(&value), 1);
    });
}

#[test]
fn a_value_dropped_behind_a_reader_may_read_and_enter() {
    static HELD: AsyncLocal<OnDrop<fn()>> = AsyncLocal::new();
    alone(|| {
        HELD.enter_with(OnDrop((|| TENANT.with(|_| TENANT.enter_with(1))) as fn()));
        HELD.with(|_| HELD.enter_with(OnDrop((|| {}) as fn())));
        assert_eq!(TENANT.get().as_deref(), Some(&1));
    });
}

#[test]
fn a_reader_in_a_poll_does_not_lend_to_the_poller() {
    alone(|| {
        TENANT.enter_with(1);
        let future = TENANT.with(|_| {
            let future = async {
                for value in 10..20 {
                    TENANT.with(|_| TENANT.enter_with(value));
                    pause().await;
                }
                TENANT.get()
            };
            future.in_async_resource("future")
        });
        let seen = TENANT.with(|_| TENANT.with(|_| complete(future)));
        assert_eq!((seen.as_deref(), TENANT.get().as_deref()), (Some(&19), Some(&1)));
    });
}

/// A step of a program that reads and writes two locals.
#[derive(Clone, Debug)]
enum Step {
    Enter(usize, u32),
    Read(usize, Vec<Step>),
    Run(usize, u32, Vec<Step>),
    Exit(usize, Vec<Step>),
    Scope(Vec<Step>),
    Panic(Vec<Step>),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let leaf = (0..2_usize, any::<u32>()).prop_map(|(local, value)| Step::Enter(local, value));
    let nested = leaf.prop_recursive(8, 60, 4, |inner| {
        let inner = prop::collection::vec(inner, 0..4);
        prop_oneof![
            (0..2_usize, any::<u32>()).prop_map(|(local, value)| Step::Enter(local, value)),
            (0..2_usize, inner.clone()).prop_map(|(local, steps)| Step::Read(local, steps)),
            (0..2_usize, any::<u32>(), inner.clone()).prop_map(|(local, value, steps)| Step::Run(local, value, steps)),
            (0..2_usize, inner.clone()).prop_map(|(local, steps)| Step::Exit(local, steps)),
            inner.clone().prop_map(Step::Scope),
            inner.prop_map(Step::Panic),
        ]
    });
    prop::collection::vec(nested, 1..5)
}

type Model = [Option<u32>; 2];

/// Runs the steps, and beside them what they mean.
fn follow(steps: &[Step], locals: &[AsyncLocal<u32>; 2], model: &mut Model) {
    for step in steps {
        match step {
            Step::Enter(local, value) => {
                locals[*local].enter_with(*value);
                model[*local] = Some(*value);
            }
            Step::Read(local, inner) => locals[*local].with(|lent| {
                let expected = model[*local];
                follow(inner, locals, model);
                assert_eq!(lent.copied(), expected);
            }),
            Step::Run(local, value, inner) => {
                let outer = model[*local].replace(*value);
                locals[*local].run(*value, || follow(inner, locals, model));
                model[*local] = outer;
            }
            Step::Exit(local, inner) => {
                let outer = model[*local].take();
                locals[*local].exit(|| follow(inner, locals, model));
                model[*local] = outer;
            }
            Step::Scope(inner) => {
                let mut captured = *model;
                AsyncResource::new("job").run_in_async_scope(|| follow(inner, locals, &mut captured));
            }
            Step::Panic(inner) => {
                let panicking = || {
                    follow(inner, locals, model);
                    std::panic::resume_unwind(Box::new("step"))
                };
                let outcome: Result<(), _> = catch_unwind(AssertUnwindSafe(panicking));
                assert!(outcome.is_err_and(|payload| payload.is::<&str>()), "only the step itself may panic");
            }
        }
        assert_eq!(locals.each_ref().map(|local| local.with(|value| value.copied())), *model);
    }
}

proptest! {
    #[test]
    fn any_nesting_of_readers_writers_and_scopes_means_what_it_says(steps in steps()) {
        alone(|| follow(&steps, &[AsyncLocal::new(), AsyncLocal::new()], &mut [None; 2]));
    }
}
