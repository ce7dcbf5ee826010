//! Values brought by a span or set inside one, whose drops run foreign code.

use std::panic::{AssertUnwindSafe, catch_unwind, panic_any};
use std::sync::Arc;
use std::thread;

use async_hooks_core::{AsyncId, AsyncLocal, AsyncResource, Snapshot, execution_async_id, execution_async_resource};
use async_hooks_tracing::SpanExt as _;
use tracing::{Span, info_span};

use crate::with_layer;

static USER: AsyncLocal<usize> = AsyncLocal::new();

fn user() -> Option<usize> {
    USER.with(|user| user.copied())
}

fn span_of(user: usize) -> Span {
    USER.run(user, || info_span!("request"))
}

/// Lets values end in each way, on a thread of its own, which has nothing of them afterwards.
fn in_each_way(act: fn()) {
    let check = || {
        with_layer(|| {
            for end in end_in_each_way(act) {
                let outcome = catch_unwind(AssertUnwindSafe(end));
                assert_eq!((execution_async_id(), execution_async_resource().kind()), (AsyncId::ROOT, "root"));
                assert_eq!((user(), ACTING.with(|acting| acting.is_some())), (None, false));
                if outcome.is_err_and(|payload| !payload.is::<OnPurpose>()) {
                    panic_any("a value has found what it should not");
                }
            }
        });
    };
    thread::scope(|scope| scope.spawn(check).join()).unwrap_or_else(|payload| std::panic::resume_unwind(payload));
}

struct OnPurpose;

/// A value that does something when it is dropped.
struct Acting(fn());

impl Drop for Acting {
    fn drop(&mut self) {
        (self.0)();
    }
}

static ACTING: AsyncLocal<Acting> = AsyncLocal::new();

/// Each way for a value to end that a span has brought, or that was set inside one.
fn end_in_each_way(act: fn()) -> [Box<dyn Fn()>; 6] {
    let made_with = move || ACTING.run(Acting(act), || info_span!("made with the value"));
    [
        Box::new(move || made_with().in_scope(|| ())),
        Box::new(move || {
            let entered = made_with().entered();
            AsyncResource::new("job").run_in_async_scope(|| drop(entered));
        }),
        Box::new(move || {
            let (outer, inner) = (made_with().entered(), made_with().entered());
            drop(outer);
            drop(inner);
        }),
        Box::new(move || span_of(1).in_scope(|| ACTING.run(Acting(act), || ()))),
        Box::new(move || {
            span_of(1).in_scope(|| {
                ACTING.enter_with(Acting(act));
                ACTING.enter_with(Acting(act));
            });
        }),
        Box::new(move || {
            let entered = span_of(1).entered();
            let guard = ACTING.enter(Acting(act));
            ACTING.run(Acting(act), || drop(entered));
            drop(guard);
        }),
    ]
}

#[test]
fn values_whose_drops_enter_spans_leave_nothing() {
    in_each_way(|| {
        let (outer, inner) = (span_of(2).entered(), span_of(3).entered());
        drop(outer);
        assert_eq!((Some(execution_async_id()), user()), (inner.async_id(), Some(3)));
    });
}

#[test]
fn values_whose_drops_read_what_is_set_leave_nothing() {
    in_each_way(|| {
        drop((ACTING.get(), Snapshot::current(), user(), execution_async_resource()));
        ACTING.run(Arc::new(Acting(|| ())), || assert!(ACTING.get().is_some()));
    });
}

#[test]
fn values_whose_drops_panic_leave_nothing() {
    in_each_way(|| {
        if !thread::panicking() {
            panic_any(OnPurpose);
        }
    });
}
