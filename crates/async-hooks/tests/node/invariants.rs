//! What holds for every resource, whatever it is and however it ends.

use std::collections::{HashMap, HashSet};
use std::future::pending;

use async_hooks::tokio::{spawn, spawn_blocking};
use async_hooks::{AsyncId, AsyncResource, FutureExt as _, bind, execution_async_id};
use tokio::task::yield_now;

use crate::child::passes_in_child;
use crate::recorder::{Record, Recorder};
use crate::runtimes::{elapse, on_each_runtime};
use crate::timers::{set_interval, set_timeout};

/// The kind of a resource that is destroyed while its scope is open.
const DESTROYED_INSIDE: &str = "destroyed inside";

/// Tasks, timers, jobs, callbacks and futures that return, panic, are aborted or never begin.
async fn workload() {
    let families = Vec::from_iter((0..8).map(|number| spawn(family(number))));
    let aborted = spawn(pending::<()>());
    set_timeout(elapse(1), || drop(AsyncResource::new("of a timeout"))).await.unwrap();
    set_interval(3, |_| drop(AsyncResource::new("of an interval"))).await.unwrap();
    aborted.abort();
    assert!(aborted.await.unwrap_err().is_cancelled());

    let panicked = spawn(async { panic!("on purpose") }.in_async_resource("panics"));
    assert!(panicked.await.unwrap_err().is_panic());
    drop(async {}.in_async_resource("never begins"));
    let (outer, inner) = (AsyncResource::new("outer"), AsyncResource::new("inner"));
    outer.run_in_async_scope(|| inner.run_in_async_scope(|| outer.run_in_async_scope(|| ())));
    assert!(outer.emit_destroy());
    outer.run_in_async_scope(|| inner.run_in_async_scope(|| ()));
    let destroyed = AsyncResource::new(DESTROYED_INSIDE);
    destroyed.run_in_async_scope(|| assert!(destroyed.emit_destroy()));
    bind(|()| ())(());
    for family in families {
        family.await.unwrap();
    }
}

async fn family(number: u64) {
    elapse(number).await;
    let child = spawn(async { yield_now().await });
    let job = spawn_blocking(execution_async_id);
    async { yield_now().await }.in_async_resource("future").await;
    child.await.unwrap();
    job.await.unwrap();
}

/// What a recorder has of the workload, on each kind of runtime.
fn for_each_record_of_the_workload(check: impl Fn(Vec<Record>)) {
    on_each_runtime(|| async {
        let recorder = Recorder::start();
        workload().await;
        let records = recorder.records();
        assert!(recorder.inits().len() > 40, "a workload to speak of, not {records:?}");
        check(records);
    });
}

// N001
#[test]
fn every_id_has_one_init_and_one_destroy() {
    for_each_record_of_the_workload(|records| {
        let mut counts: HashMap<AsyncId, [usize; 2]> = HashMap::new();
        for record in &records {
            let [inits, destroys] = counts.entry(record.id()).or_default();
            *inits += usize::from(record.event == "init");
            *destroys += usize::from(record.event == "destroy");
        }
        for (id, counts) in counts {
            assert_eq!(counts, [1, 1], "{id}");
        }
    });
}

// N002: nothing follows a destroy, so a scope open at that moment gets no `after`.
#[test]
fn no_after_comes_before_its_own_before() {
    for_each_record_of_the_workload(|records| {
        let mut open: HashMap<AsyncId, usize> = HashMap::new();
        for record in records.iter().filter(|record| record.resource.kind() != DESTROYED_INSIDE) {
            let depth = open.entry(record.id()).or_default();
            match record.event {
                "before" => *depth += 1,
                "after" => *depth = depth.checked_sub(1).unwrap_or_else(|| panic!("after without before: {record:?}")),
                _ => {}
            }
        }
        assert!(open.values().all(|depth| *depth == 0), "a before without after: {open:?}");
    });
}

// N003
#[test]
fn nothing_comes_after_destroy() {
    for_each_record_of_the_workload(|records| {
        let mut destroyed = HashSet::new();
        for record in records {
            assert!(!destroyed.contains(&record.id()), "{record:?} after destroy");
            if record.event == "destroy" {
                destroyed.insert(record.id());
            }
        }
    });
}

// N005
#[test]
fn a_hook_enabled_from_the_start_misses_no_init() {
    passes_in_child("invariants::a_hook_enabled_from_the_start_misses_no_init", || {
        let recorder = Recorder::start_for_everything();
        on_each_runtime(workload);
        let mut announced = HashSet::new();
        for record in recorder.records() {
            let is_init = record.event == "init";
            assert!(announced.contains(&record.id()) != is_init, "{record:?}");
            announced.insert(record.id());
        }
        assert!(announced.len() > 80, "a workload to speak of, not {announced:?}");
    });
}

// N007
#[test]
fn ids_handed_to_init_are_greater_than_the_roots() {
    for_each_record_of_the_workload(|records| {
        assert!(records.iter().all(|record| record.id() > AsyncId::ROOT && record.id().as_u64() > 1));
    });
}
