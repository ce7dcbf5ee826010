//! `within`: a tool sees what one future causes, whatever runs beside it.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier};
use std::thread;
use std::time::Duration;

use async_hooks_core::{AsyncResource, FutureExt as _, Snapshot, detached};
use async_hooks_diagnostics::{Cancellations, LeakDetector, Registry, assert_no_leaks};
use futures::executor::block_on;

fn detector() -> LeakDetector {
    LeakDetector::builder().older_than(Duration::ZERO).build()
}

fn leaks(detector: &LeakDetector) -> usize {
    detector.report().leaks().iter().map(|leak| leak.count()).sum()
}

#[test]
fn fifty_parallel_tests_each_see_their_own() {
    let begin = Barrier::new(50);
    thread::scope(|scope| {
        for own in 1..=50 {
            let begin = &begin;
            scope.spawn(move || {
                let (registry, detector, cancellations) =
                    (Registry::new(), detector(), Cancellations::builder().assume_futures("query").build());
                begin.wait();
                let kept = async {
                    (0..own).for_each(|_| drop(async {}.in_async_resource("query")));
                    (0..own).map(|_| AsyncResource::new("kept")).collect::<Vec<_>>()
                };
                let kept = block_on(registry.within(detector.within(cancellations.within(kept))));
                assert_eq!((registry.len(), leaks(&detector), cancellations.report().count()), (own, own, own));
                drop(kept);
                assert_eq!((registry.len(), leaks(&detector)), (0, 0));
            });
        }
    });
}

#[test]
fn what_descendants_create_elsewhere_and_later_is_seen() {
    let registry = Registry::new();
    let (job, snapshot) = block_on(registry.within(async { (AsyncResource::new("job"), Snapshot::current()) }));
    let grandchild = thread::scope(|scope| {
        scope.spawn(|| job.run_in_async_scope(|| AsyncResource::new("grandchild"))).join().expect("no panic")
    });
    assert!(registry.get(grandchild.async_id()).is_some());
    let other = AsyncResource::new("other");
    assert!(registry.get(other.async_id()).is_none());
    let detached = job.run_in_async_scope(|| detached(|| AsyncResource::new("detached")));
    assert!(registry.get(detached.async_id()).is_none());
    drop((job, snapshot));
    assert_eq!(registry.len(), 1);
}

#[test]
fn a_tool_that_is_enabled_too_sees_all_until_it_is_disabled() {
    let registry = Registry::new();
    let own = block_on(registry.within(async { AsyncResource::new("own") }));
    let guard = registry.enable_scoped();
    let other = AsyncResource::new("other");
    assert!(registry.get(other.async_id()).is_some());
    drop(guard);
    assert!(registry.is_enabled(), "for what the future caused");
    assert!(registry.get(other.async_id()).is_none());
    assert!(registry.get(own.async_id()).is_some());
    registry.disable();
    assert!(!registry.is_enabled() && registry.is_empty());
}

#[test]
fn tools_and_leak_tests_nest_in_any_order() {
    let (outer, inner) = (Registry::new(), Registry::new());
    block_on(outer.within(async {
        let before = AsyncResource::new("before");
        let kept = inner.within(assert_no_leaks(async { drop(AsyncResource::new("seen")) })).await;
        let within = inner.within(async { AsyncResource::new("within") }).await;
        assert!(inner.get(within.async_id()).is_some() && outer.get(within.async_id()).is_some());
        assert!(inner.get(before.async_id()).is_none() && outer.get(before.async_id()).is_some());
        kept
    }));
}

#[test]
fn code_of_the_program_runs_for_what_is_seen_alone() {
    let asked = Arc::new(AtomicUsize::new(0));
    let (by_label, by_callback) = (Arc::clone(&asked), Arc::clone(&asked));
    let registry = Registry::new().label_with(move || {
        by_label.fetch_add(1, Ordering::Relaxed);
        Some("label")
    });
    let cancellations = Cancellations::builder()
        .assume_futures("query")
        .on_cancel(move |_| _ = by_callback.fetch_add(100, Ordering::Relaxed))
        .build();
    block_on(registry.within(cancellations.within(async { drop(async {}.in_async_resource("query")) })));
    drop(async {}.in_async_resource("query"));
    assert_eq!(asked.load(Ordering::Relaxed), 101);
    cancellations.disable();
}

#[test]
fn a_tool_stops_with_its_last_handle_while_the_future_goes_on() {
    let registry = Registry::new();
    let future = registry.within(async { AsyncResource::new("late") });
    drop(registry);
    drop(block_on(future));
}
