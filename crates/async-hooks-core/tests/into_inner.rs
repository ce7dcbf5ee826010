//! `into_inner` of each wrapper future returns the future and ends what the wrapper did.

mod polling;
mod recorder;

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::Poll;

use async_hooks_core::{AsyncId, AsyncLocal, AsyncResource, FutureExt as _, Snapshot, execution_async_id};

use polling::{OnDrop, complete, pause, poll};
use recorder::Recorder;

static USER: AsyncLocal<Arc<str>> = AsyncLocal::new();
static TENANT: AsyncLocal<u32> = AsyncLocal::new();

/// Who executes, and the two values.
type Seen = (AsyncId, Option<Arc<Arc<str>>>, Option<Arc<u32>>);

/// Sets a value, pauses, and returns what it sees. It can be moved between its polls.
fn entering() -> Pin<Box<dyn Future<Output = Seen>>> {
    Box::pin(async {
        TENANT.enter_with(1);
        pause().await;
        (execution_async_id(), USER.get(), TENANT.get())
    })
}

fn alice() -> Arc<str> {
    Arc::from("alice")
}

#[test]
fn a_resource_is_destroyed_without_resolve_and_its_future_runs_as_its_poller() {
    let recorder = Recorder::start();
    let mut future = USER.run(alice(), || entering().in_async_resource("unwrapped"));
    let id = future.resource().async_id();
    assert!(poll(Pin::new(&mut future)).is_pending());
    let future = future.into_inner();
    assert_eq!(recorder.of(id), ["init", "before", "after", "destroy"]);
    assert_eq!(complete(future), (AsyncId::ROOT, None, None));
    assert_eq!(recorder.of(id), ["init", "before", "after", "destroy"]);
}

#[test]
fn a_resource_that_resolved_is_destroyed_once() {
    let recorder = Recorder::start();
    let mut future = std::future::ready(1).in_async_resource("resolved");
    let id = future.resource().async_id();
    assert_eq!(poll(Pin::new(&mut future)), Poll::Ready(1));
    drop(future.into_inner());
    assert_eq!(recorder.of(id), ["init", "before", "resolve", "after", "destroy"]);
}

#[test]
fn a_task_of_a_foreign_executor_gives_its_future_back_too() {
    let recorder = Recorder::start();
    let mut task = AsyncResource::builder("foreign task").spawned().build().scope(std::future::ready(1));
    let id = task.resource().async_id();
    assert_eq!(poll(Pin::new(&mut task)), Poll::Ready(1));
    drop(task.into_inner());
    assert_eq!(recorder.of(id), ["init", "before", "resolve", "after", "destroy"]);
}

#[test]
fn the_future_of_a_local_runs_without_the_value_and_without_what_it_had_set() {
    let value = Arc::new(alice());
    let mut future = USER.scope(Arc::clone(&value), entering());
    assert!(poll(Pin::new(&mut future)).is_pending());
    let future = future.into_inner();
    assert_eq!(Arc::strong_count(&value), 1, "the wrapper keeps nothing");
    assert_eq!(complete(future), (AsyncId::ROOT, None, None));
}

#[test]
fn the_future_of_a_snapshot_runs_without_the_captured_values() {
    let mut future = USER.run(alice(), Snapshot::current).scope(entering());
    assert!(poll(Pin::new(&mut future)).is_pending());
    assert_eq!(complete(future.into_inner()), (AsyncId::ROOT, None, None));
}

#[test]
fn a_detached_future_runs_with_the_values_of_its_poller() {
    let future = entering().detached();
    let (_, user, tenant) = USER.run(alice(), || complete(future.into_inner()));
    assert_eq!((user.as_deref(), tenant.as_deref()), (Some(&alice()), Some(&1)));
    // The value stays in the thread's own context: this future is no resource.
    TENANT.disable();
}

#[test]
fn what_the_future_owns_is_dropped_with_it_and_not_by_into_inner() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let noted = Arc::clone(&seen);
    let owned = OnDrop(move || noted.lock().unwrap().push(execution_async_id()));
    let future = async move { drop(owned) }.in_async_resource("owner").into_inner();
    assert!(seen.lock().unwrap().is_empty());
    drop(future);
    assert_eq!(*seen.lock().unwrap(), [AsyncId::ROOT]);
}
