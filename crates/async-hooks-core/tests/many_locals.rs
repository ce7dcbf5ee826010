//! Very many locals, set on one thread and unset again: the thread holds no memory for them.
//!
//! What comes next is as cheap as before.

mod polling;

use std::sync::Arc;

use allocation_counter::{AllocationInfo, measure};
use async_hooks_core::{AsyncLocal, AsyncResource, FutureExt as _, Snapshot};

use polling::{alone, complete, pause};

const LOCALS: usize = 100_000;
const FEWER: usize = 20_000;

static USER: AsyncLocal<u32> = AsyncLocal::new();

type Locals = [AsyncLocal<u32>];

/// How to set each local and to unset it again, all within one call.
type Way = (&'static str, fn(&Locals));

const WAYS: [Way; 6] = [
    ("for a call", |locals| locals.iter().for_each(|local| local.run(1, || ()))),
    ("by a guard", |locals| locals.iter().for_each(|local| drop(local.enter(1)))),
    ("by guards that live together", |locals| drop(locals.iter().map(|local| local.enter(1)).collect::<Vec<_>>())),
    ("by guards that end in order", |locals| {
        let mut guards: Vec<_> = locals.iter().map(|local| local.enter(1)).collect();
        while guards.pop().is_some() {}
    }),
    ("for good, and disabled", |locals| {
        for local in locals {
            local.enter_with(1);
            local.disable();
        }
    }),
    ("for a future", |locals| locals.iter().for_each(|local| complete(local.scope(1, pause())))),
];

const TOGETHER: usize = 2;
const FOR_GOOD: usize = 4;

/// With as many locals as there may be, which the thread's context has never seen.
fn with_locals(count: usize, f: impl FnOnce(&Locals) + Send) {
    alone(|| {
        let locals: Vec<_> = (0..count).map(|_| AsyncLocal::new()).collect();
        f(&locals);
    });
}

#[test]
fn locals_that_are_unset_leave_no_memory_on_their_thread() {
    for (way, set_and_unset) in WAYS {
        with_locals(LOCALS, |locals| {
            let left = measure(|| set_and_unset(locals)).bytes_current;
            // The root of the context stays, for the next value.
            assert!(left <= 1024, "{way}: {left} bytes are left");
        });
    }
}

#[test]
fn locals_that_are_unset_leave_no_memory_in_a_future() {
    with_locals(FEWER, |locals| {
        let (_, set_and_unset) = WAYS[TOGETHER];
        let future = async {
            USER.enter_with(1);
            set_and_unset(locals);
            pause().await;
            assert_eq!(USER.get().as_deref(), Some(&1));
        };
        let mut future = Box::pin(future.in_async_resource("future"));
        let left = measure(|| assert!(polling::poll(future.as_mut()).is_pending())).bytes_current;
        // One value, where the path to it has become as long as it gets.
        assert!(left <= 8192, "{left} bytes are left");
        complete(future);
    });
}

#[test]
fn a_captured_context_holds_no_memory_for_locals_that_were_unset_before() {
    with_locals(FEWER, |locals| {
        let (_, set_and_unset) = WAYS[TOGETHER];
        set_and_unset(locals);
        let left = measure(|| {
            let captured: Vec<_> = (0..100).map(|_| Snapshot::current()).collect();
            USER.run(1, || drop(Snapshot::current()));
            drop(captured);
        });
        assert!(left.bytes_max <= 4096 && left.bytes_current <= 1024, "{left:?}");
    });
}

/// The allocations of a resource and its scope, a snapshot and its scope, and a capture.
fn costs() -> [AllocationInfo; 4] {
    let value = Arc::new(1);
    let measured = || {
        [
            measure(|| AsyncResource::new("job").run_in_async_scope(|| ())),
            measure(|| Snapshot::current().run(|| ())),
            measure(|| complete(std::future::ready(()).in_async_resource("future"))),
            measure(|| USER.run(Arc::clone(&value), || AsyncResource::new("job").run_in_async_scope(|| ()))),
        ]
    };
    // The first entering on a thread may set up what lasts.
    measured();
    measured()
}

#[test]
fn entering_is_as_cheap_as_before_when_many_locals_were_set_and_unset() {
    for (way, set_and_unset) in [WAYS[TOGETHER], WAYS[FOR_GOOD]] {
        with_locals(LOCALS, |locals| {
            let before = costs();
            set_and_unset(locals);
            for (before, after) in before.iter().zip(costs()) {
                assert!(after.count_total <= before.count_total, "{way}: {before:?}, then {after:?}");
                assert!(after.bytes_total <= before.bytes_total, "{way}: {before:?}, then {after:?}");
            }
        });
    }
}
