//! Rule: ids work with no hook enabled.
//!
//! An id is unique and never reused; it need not follow the previous one.

mod polling;

use std::collections::HashSet;
use std::thread;

use async_hooks_core::{
    AsyncId, AsyncResource, FutureExt as _, bind, execution_async_id, execution_async_resource, trigger_async_id,
};

use polling::{alone, complete, pause};

#[test]
fn ids_work_with_no_hook_enabled() {
    let query = AsyncResource::new("query");
    query.run_in_async_scope(|| {
        assert_eq!(execution_async_id(), query.async_id());
        assert_eq!(trigger_async_id(), Some(AsyncId::ROOT));
        assert_eq!(execution_async_resource(), query.resource());
    });
    assert_eq!(execution_async_id(), AsyncId::ROOT);
}

#[test]
fn every_way_to_make_a_resource_gives_it_an_id() {
    let bound = bind(|()| execution_async_id());
    let bound_once = AsyncResource::new("job").bind_once(|()| execution_async_id());
    let tracked = async { execution_async_id() }.in_async_resource("future");
    let future_id = tracked.resource().async_id();
    let ids = HashSet::from([bound(()), bound_once(()), future_id, AsyncResource::new("job").async_id()]);
    assert_eq!(ids.len(), 4);
    assert!(!ids.contains(&AsyncId::ROOT));
    assert_eq!(complete(tracked), future_id);
}

#[test]
fn root_executes_outside_any_resource_on_every_thread() {
    let seen = || (execution_async_id(), trigger_async_id(), execution_async_resource().kind());
    let query = AsyncResource::new("query");
    // A thread is no resource: it does not inherit what executes where it is spawned.
    query.run_in_async_scope(|| assert_eq!(alone(seen), (AsyncId::ROOT, None, "root")));
    assert_eq!(seen(), (AsyncId::ROOT, None, "root"));
}

#[test]
fn ids_are_unique_over_all_threads() {
    const EACH: usize = 20_000;
    let draw = || (0..EACH).map(|_| AsyncResource::new("job").async_id()).collect::<Vec<_>>();
    let threads = 8;
    let drawn: Vec<_> = thread::scope(|scope| {
        let running: Vec<_> = (0..threads).map(|_| scope.spawn(draw)).collect();
        running.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    assert_eq!(HashSet::<AsyncId>::from_iter(drawn).len(), threads * EACH);
}

#[test]
fn an_id_is_not_reused_by_later_resources_or_later_threads() {
    let mut seen = HashSet::new();
    for _ in 0..300 {
        let id = alone(|| AsyncResource::new("short-lived").async_id());
        assert!(seen.insert(id), "{id} came twice");
        assert!(id > AsyncId::ROOT);
    }
}

#[test]
fn an_id_stays_the_same_for_life() {
    let tracked = async {
        let first = execution_async_id();
        pause().await;
        (first, execution_async_id())
    }
    .in_async_resource("query");
    let id = tracked.resource().async_id();
    assert_eq!(complete(tracked), (id, id));
}

#[test]
fn an_id_reads_back_from_its_number_and_zero_names_nothing() {
    let id = AsyncResource::new("query").async_id();
    assert_eq!(AsyncId::from_u64(id.as_u64()), Some(id));
    assert_eq!(id.to_string().parse(), Ok(id.as_u64()));
    assert_eq!(AsyncId::from_u64(u64::MAX).map(AsyncId::as_u64), Some(u64::MAX));
    assert_eq!(AsyncId::from_u64(0), None);
    assert_eq!((AsyncId::ROOT.as_u64(), AsyncId::from_u64(1)), (1, Some(AsyncId::ROOT)));
}
