//! Spans entered very often, leaked, or left at the last moment: nothing aborts.
//!
//! The thread is the same as before.

use std::cell::{Cell, RefCell};
use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind, panic_any};
use std::thread;

use async_hooks_core::{
    AsyncId, AsyncLocal, AsyncLocalGuard, AsyncResource, Snapshot, execution_async_id, execution_async_resource,
};
use async_hooks_tracing::{SpanExt as _, layer};
use tracing::span::EnteredSpan;
use tracing::{Span, info_span};
use tracing_subscriber::prelude::*;

use crate::with_layer;

static USER: AsyncLocal<usize> = AsyncLocal::new();
static TENANT: AsyncLocal<usize> = AsyncLocal::new();

fn user() -> Option<usize> {
    USER.with(|user| user.copied())
}

fn span_of(user: usize) -> Span {
    USER.run(user, || info_span!("request"))
}

#[track_caller]
fn assert_thread_is_clean() {
    assert_eq!((execution_async_id(), execution_async_resource().kind()), (AsyncId::ROOT, "root"));
    assert_eq!((user(), TENANT.get()), (None, None));
}

/// On a thread of its own, with room for the program's own recursion.
fn alone(check: impl FnOnce() + Send + 'static) {
    let checked = || {
        with_layer(check);
        assert_thread_is_clean();
    };
    let thread = thread::Builder::new().stack_size(1 << 30).spawn(checked).unwrap();
    thread.join().unwrap_or_else(|payload| std::panic::resume_unwind(payload));
}

const DEPTH: usize = 20_000;

/// The registry itself looks through all that are entered when another one is.
const DIFFERENT: usize = 2_000;

#[test]
fn a_span_entered_twenty_thousand_times_is_left_as_often() {
    fn nest(span: &Span, left: usize) {
        if left > 0 {
            span.in_scope(|| nest(span, left - 1));
            assert_eq!((Some(execution_async_id()), user()), (span.async_id(), Some(1)));
        }
    }
    alone(|| {
        let span = span_of(1);
        let outermost = span.enter();
        nest(&span, DEPTH);
        drop(outermost);
    });
    alone(|| {
        let span = info_span!("request");
        let entered: Vec<_> = (0..DEPTH).map(|_| span.enter()).collect();
        assert_eq!(Some(execution_async_id()), span.async_id());
        drop(entered);
    });
}

#[test]
fn spans_one_in_the_other_are_left_in_order_outermost_first_and_from_the_middle() {
    fn last(entered: &[(usize, EnteredSpan)]) -> (AsyncId, Option<usize>) {
        entered.last().map_or((AsyncId::ROOT, None), |(user, span)| (span.async_id().unwrap(), Some(*user)))
    }
    for place in [|count| count - 1, |_| 0, |count| count / 2] {
        alone(move || {
            let mut entered: Vec<_> = (0..DIFFERENT).map(|user| (user, span_of(user).entered())).collect();
            while !entered.is_empty() {
                drop(entered.remove(place(entered.len())));
                assert_eq!((execution_async_id(), user()), last(&entered));
            }
        });
    }
}

#[test]
fn spans_values_and_scopes_nest_in_each_other_as_deep_as_the_stack() {
    fn nest(left: usize) {
        match left {
            0 => {}
            _ if left % 3 == 0 => span_of(left).in_scope(|| {
                nest(left - 1);
                assert_eq!(user(), Some(left));
            }),
            // Between a value and a span: what executes has set the value itself, so it would stay on top.
            _ if left % 3 == 1 => AsyncResource::new("job").run_in_async_scope(|| nest(left - 1)),
            _ => USER.run(left, || {
                nest(left - 1);
                assert_eq!(user(), Some(left));
            }),
        }
    }
    alone(|| nest(3 * DIFFERENT));
}

#[test]
fn many_guards_set_in_a_span_end_with_it_however_it_is_left() {
    alone(|| {
        let entered = span_of(1).entered();
        let guards: Vec<AsyncLocalGuard<'_, usize>> = (0..DEPTH).map(|value| TENANT.enter(value)).collect();
        AsyncResource::new("job").run_in_async_scope(|| drop(entered));
        drop(guards);
    });
}

#[test]
fn spans_leaked_in_scopes_stay_nowhere() {
    alone(|| {
        let span = span_of(1);
        for _ in 0..DEPTH {
            AsyncResource::new("job").run_in_async_scope(|| mem::forget(span.clone().entered()));
            assert_thread_is_clean();
        }
        span.in_scope(|| assert_eq!(user(), Some(1)));
    });
}

#[test]
fn a_span_leaked_in_the_call_of_a_snapshot_takes_its_values_out_with_the_call() {
    alone(|| {
        let outer = AsyncResource::new("job");
        outer.run_in_async_scope(|| {
            Snapshot::current().run(|| mem::forget(span_of(1).entered()));
            assert_eq!(user(), None);
        });
    });
}

#[test]
fn spans_guards_and_values_left_while_unwinding_leave_the_thread_clean() {
    alone(|| {
        for at_the_end in [false, true] {
            let panicking = || {
                let outer = span_of(1).entered();
                let _guard = TENANT.enter(2);
                let inner = span_of(3).entered();
                USER.run(4, || {
                    // Drops go backwards, so the outer span goes first or last.
                    let _outer = if at_the_end { None } else { Some(outer) };
                    let _inner = inner;
                    let _left = Cell::new(span_of(5).entered());
                    AsyncResource::new("job").run_in_async_scope(|| {
                        let _innermost = span_of(6).entered();
                        mem::forget(span_of(7).entered());
                        panic_any("on purpose");
                    })
                })
            };
            assert!(catch_unwind(AssertUnwindSafe(panicking)).is_err());
            assert_thread_is_clean();
        }
    });
}

#[test]
fn a_span_left_in_a_scope_by_a_drop_while_unwinding_stays_nowhere() {
    struct Leaves(Option<EnteredSpan>);
    impl Drop for Leaves {
        fn drop(&mut self) {
            let entered = self.0.take();
            AsyncResource::new("job").run_in_async_scope(|| drop(entered));
            span_of(8).in_scope(|| assert_eq!(user(), Some(8)));
        }
    }
    alone(|| {
        let panicking = || {
            let _leaves = Leaves(Some(span_of(1).entered()));
            panic_any("on purpose");
        };
        assert!(catch_unwind(AssertUnwindSafe(panicking)).is_err());
        assert_thread_is_clean();
    });
}

/// Spans and guards that a thread drops at its end.
#[derive(Default)]
struct Kept {
    entered: Vec<EnteredSpan>,
    guards: Vec<AsyncLocalGuard<'static, usize>>,
    to_enter: Vec<Span>,
}

impl Drop for Kept {
    fn drop(&mut self) {
        drop(mem::take(&mut self.entered));
        drop(mem::take(&mut self.guards));
        for span in mem::take(&mut self.to_enter) {
            span.in_scope(|| AsyncResource::new("job").run_in_async_scope(|| drop(TENANT.enter(1))));
        }
    }
}

thread_local! {
    static KEPT_FIRST: RefCell<Kept> = RefCell::default();
    static KEPT_LAST: RefCell<Kept> = RefCell::default();
}

#[test]
fn spans_may_be_left_and_entered_by_thread_local_destructors() {
    let dispatch = tracing::Dispatch::new(tracing_subscriber::registry().with(layer()));
    let ended = thread::spawn(move || {
        // What is first used last is gone first. The registry outlives all, since it panics on a thread that is past its own end;
        // of the others one goes before what the layer and its core keep for a thread, one after.
        tracing::subscriber::with_default(tracing_subscriber::registry(), || info_span!("other").in_scope(|| ()));
        KEPT_FIRST.with(|_| ());
        tracing::dispatcher::with_default(&dispatch, || span_of(0).in_scope(|| ()));
        for kept in [&KEPT_LAST, &KEPT_FIRST] {
            tracing::dispatcher::with_default(&dispatch, || {
                kept.with_borrow_mut(|kept| {
                    kept.entered = (1..5).map(|user| span_of(user).entered()).collect();
                    kept.guards = (1..5).map(|value| TENANT.enter(value)).collect();
                    kept.to_enter = (1..5).map(span_of).collect();
                });
            });
        }
    });
    assert!(ended.join().is_ok());
}
