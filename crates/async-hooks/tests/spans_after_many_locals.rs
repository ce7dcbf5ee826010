//! The cost of entering a span on a thread where very many locals were set and unset.

#![allow(clippy::unwrap_used, reason = "a test that meets the impossible may stop there")]

use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use allocation_counter::{AllocationInfo, measure};
use async_hooks::{AsyncLocal, AsyncResource};
use tracing::{Span, info_span};
use tracing_subscriber::prelude::*;

const LOCALS: usize = 100_000;

static USER: AsyncLocal<u32> = AsyncLocal::new();

/// The allocations of entering spans: without a value, with one, and again in a resource.
fn costs(spans: &[Span; 2], job: &AsyncResource) -> Vec<AllocationInfo> {
    let [plain, bringing] = spans;
    let measured = || {
        vec![
            measure(|| plain.in_scope(|| ())),
            measure(|| bringing.in_scope(|| assert_eq!(USER.get().as_deref(), Some(&1)))),
            measure(|| job.run_in_async_scope(|| bringing.in_scope(|| ()))),
            measure(|| plain.in_scope(|| bringing.in_scope(|| plain.in_scope(|| ())))),
        ]
    };
    // The first entering on a thread sets up what lasts.
    measured();
    measured()
}

/// Runs the check on a thread of its own, with as many locals as there may be.
fn with_locals(check: impl FnOnce(&[AsyncLocal<u32>]) + Send) {
    let subscriber = tracing_subscriber::registry().with(async_hooks::tracing::layer());
    let check = || check(&Vec::from_iter((0..LOCALS).map(|_| AsyncLocal::new())));
    let alone = || tracing::subscriber::with_default(subscriber, check);
    thread::scope(|scope| scope.spawn(alone).join()).unwrap();
}

/// Sets and unsets all at once, so that the thread's context is as large as it gets.
fn set_and_unset(locals: &[AsyncLocal<u32>]) {
    drop(locals.iter().map(|local| local.enter(1)).collect::<Vec<_>>());
}

#[test]
fn entering_a_span_is_as_cheap_as_before_when_many_locals_were_set_and_unset() {
    with_locals(|locals| {
        let value = Arc::new(1);
        let spans = [info_span!("plain"), USER.run(Arc::clone(&value), || info_span!("bringing"))];
        let job = USER.run(2, || AsyncResource::new("job"));
        let before = costs(&spans, &job);
        set_and_unset(locals);
        let made_after = [info_span!("plain"), USER.run(value, || info_span!("bringing"))];
        for spans in [&spans, &made_after] {
            for (before, after) in before.iter().zip(costs(spans, &job)) {
                assert!(after.count_total <= before.count_total, "{before:?}, then {after:?}");
                assert!(after.bytes_total <= before.bytes_total, "{before:?}, then {after:?}");
                assert_eq!(after.bytes_current, 0);
            }
        }
        let left = measure(|| drop(made_after));
        assert!(left.bytes_current <= 0, "{left:?}");
    });
}

/// The shortest of many times, so that a busy machine does not count.
fn shortest(run: impl Fn()) -> Duration {
    let time = || {
        let begin = Instant::now();
        run();
        begin.elapsed()
    };
    (0..50).map(|_| time()).min().unwrap_or_default()
}

/// A walk through all that was set once would allocate nothing, and take long.
#[test]
fn entering_a_span_takes_as_long_as_before_when_many_locals_were_set_and_unset() {
    with_locals(|locals| {
        let bringing = USER.run(1, || info_span!("bringing"));
        let times = || {
            let job = AsyncResource::new("job");
            let in_a_scope = || job.run_in_async_scope(|| bringing.in_scope(|| ()));
            [shortest(|| info_span!("new").in_scope(|| ())), shortest(in_a_scope)]
        };
        let before = times();
        set_and_unset(locals);
        for (before, after) in before.into_iter().zip(times()) {
            assert!(after <= 20 * before, "{before:?}, then {after:?}");
        }
    });
}
