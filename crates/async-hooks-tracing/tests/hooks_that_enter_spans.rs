//! Hooks enter and leave spans in `before` and `after`, in any order.
//!
//! The thread is the same as before each scope.

use std::cell::RefCell;
use std::future::Future;
use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind, panic_any};
use std::pin::pin;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::thread;

use async_hooks_core::{
    AsyncId, AsyncLocal, AsyncResource, EnabledHook, FutureExt as _, Resource, Snapshot, create_hook,
    execution_async_id, execution_async_resource,
};
use async_hooks_tracing::{SpanExt as _, layer};
use tracing::span::EnteredSpan;
use tracing::{Span, info_span};
use tracing_subscriber::prelude::*;

static USER: AsyncLocal<&str> = AsyncLocal::new();

fn user() -> Option<&'static str> {
    USER.with(|user| user.copied())
}

type Standing = (AsyncId, &'static str, Option<&'static str>);

const CLEAN: Standing = (AsyncId::ROOT, "root", None);

fn standing() -> Standing {
    (execution_async_id(), execution_async_resource().kind(), user())
}

/// Each test here enables hooks of its own, which all threads call.
fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

thread_local! {
    /// The span that a hook enters on this thread; without it the hook does nothing.
    static OF_THE_HOOK: RefCell<Option<Span>> = const { RefCell::new(None) };
    static ENTERED: RefCell<Vec<EnteredSpan>> = const { RefCell::new(Vec::new()) };
}

/// What a hook may do in an event.
fn nothing(_: &Resource) {}

fn enters_and_leaves(_: &Resource) {
    if let Some(span) = OF_THE_HOOK.with_borrow(Option::clone) {
        span.in_scope(|| {
            USER.enter_with("hook");
            assert_eq!(span.async_id(), Some(execution_async_id()));
        });
    }
}

fn enters(_: &Resource) {
    if let Some(span) = OF_THE_HOOK.with_borrow(Option::clone) {
        ENTERED.with_borrow_mut(|entered| entered.push(span.entered()));
    }
}

fn leaves_last(_: &Resource) {
    drop(ENTERED.with_borrow_mut(Vec::pop));
}

fn leaves_first(_: &Resource) {
    drop(ENTERED.with_borrow_mut(|entered| if entered.is_empty() { None } else { Some(entered.remove(0)) }));
}

fn leaks(_: &Resource) {
    if let Some(span) = OF_THE_HOOK.with_borrow(Option::clone) {
        mem::forget(span.entered());
    }
}

fn enabled(before: fn(&Resource), after: fn(&Resource)) -> EnabledHook {
    create_hook().before(before).after(after).build().enable_scoped()
}

fn complete<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            return output;
        }
    }
}

/// Scopes of each kind, one in the other.
fn program() {
    let request = USER.run("alice", || info_span!("request"));
    let id = request.async_id();
    request.in_scope(|| ());
    let job = AsyncResource::new("job");
    job.run_in_async_scope(|| request.in_scope(|| info_span!("inner").in_scope(|| ())));
    complete(async { request.in_scope(|| ()) }.in_async_resource("future"));
    Snapshot::current().run(|| request.in_scope(|| job.run_in_async_scope(|| ())));
    let outer = request.clone().entered();
    let inner = info_span!("inner").entered();
    drop(outer);
    job.run_in_async_scope(|| drop(inner));
    let panicking = || request.in_scope(|| job.run_in_async_scope(|| panic_any("on purpose")));
    assert!(catch_unwind(AssertUnwindSafe(panicking)).is_err());
    assert_eq!(request.async_id(), id);
}

/// Runs the program on a thread of its own, with the hook and then without it.
fn run_with(before: fn(&Resource), after: fn(&Resource)) -> Standing {
    let _alone = alone();
    let run = || {
        tracing::subscriber::with_default(tracing_subscriber::registry().with(layer()), || {
            let of_the_hook = USER.run("hook", || info_span!("of the hook"));
            OF_THE_HOOK.set(Some(of_the_hook));
            let hook = enabled(before, after);
            program();
            drop(hook);
            OF_THE_HOOK.set(None);
            ENTERED.take();
            let standing = standing();
            program();
            standing
        })
    };
    thread::scope(|scope| scope.spawn(run).join()).unwrap_or_else(|payload| std::panic::resume_unwind(payload))
}

#[test]
fn hooks_that_enter_and_leave_a_span_in_each_event_leave_nothing() {
    assert_eq!(run_with(enters_and_leaves, enters_and_leaves), CLEAN);
    assert_eq!(run_with(enters_and_leaves, nothing), CLEAN);
    assert_eq!(run_with(nothing, enters_and_leaves), CLEAN);
}

#[test]
fn hooks_that_enter_a_span_in_before_and_leave_it_in_after_leave_nothing() {
    assert_eq!(run_with(enters, leaves_last), CLEAN);
}

#[test]
fn hooks_that_leave_their_spans_outermost_first_leave_nothing() {
    assert_eq!(run_with(enters, leaves_first), CLEAN);
}

#[test]
fn hooks_that_enter_a_span_in_after_and_leave_it_in_the_next_before_leave_nothing() {
    assert_eq!(run_with(leaves_last, enters), CLEAN);
}

#[test]
fn hooks_that_leave_all_their_spans_in_the_end_only_leave_nothing() {
    assert_eq!(run_with(enters, nothing), CLEAN);
    assert_eq!(run_with(nothing, enters), CLEAN);
    assert_eq!(run_with(enters, enters), CLEAN);
}

#[test]
fn spans_that_hooks_leak_inside_of_a_scope_end_with_it() {
    let _alone = alone();
    tracing::subscriber::with_default(tracing_subscriber::registry().with(layer()), || {
        let job = AsyncResource::new("job");
        OF_THE_HOOK.set(Some(USER.run("hook", || info_span!("of the hook"))));
        let hooks = [enabled(leaks, nothing), enabled(nothing, leaks), enabled(leaks, leaks)];
        for _ in 0..1_000 {
            job.run_in_async_scope(|| ());
            complete(async {}.in_async_resource("future"));
            assert_eq!(standing(), CLEAN);
        }
        drop(hooks);
        OF_THE_HOOK.set(None);
    });
}

#[test]
fn a_hook_may_leave_the_very_span_that_is_being_entered() {
    thread_local! {
        static LEFT_IN_BEFORE: RefCell<Option<Span>> = const { RefCell::new(None) };
    }
    let _alone = alone();
    tracing::subscriber::with_default(tracing_subscriber::registry().with(layer()), || {
        let span = USER.run("alice", || info_span!("request"));
        LEFT_IN_BEFORE.set(Some(span.clone()));
        let hook = create_hook().before(|_| {
            if let Some(span) = LEFT_IN_BEFORE.take() {
                span.with_subscriber(|(id, dispatch)| dispatch.exit(id));
            }
        });
        let hook = hook.build().enable_scoped();
        span.in_scope(|| assert_eq!(standing(), CLEAN));
        assert_eq!(standing(), CLEAN);
        drop(hook);
        span.in_scope(|| assert_eq!((Some(execution_async_id()), user()), (span.async_id(), Some("alice"))));
        assert_eq!(standing(), CLEAN);
    });
}
