//! Rule: cancelled = dropped: `destroy` without `resolve`.
//!
//! What a dropped future or bound callback owned is dropped inside its scope (ids and AsyncLocals readable), with no
//! `before`/`after` for it, before `destroy`.

mod polling;
mod recorder;

use std::pin::pin;
use std::sync::{Arc, Mutex};

use async_hooks_core::runtime::TaskFuture;
use async_hooks_core::{
    AsyncId, AsyncLocal, AsyncResource, FutureExt as _, Snapshot, bind, execution_async_id, execution_async_resource,
    trigger_async_id,
};

use polling::{OnDrop, alone, complete, pause, poll};
use recorder::Recorder;

static USER: AsyncLocal<&str> = AsyncLocal::new();
static OTHER: AsyncLocal<&str> = AsyncLocal::new();

fn user() -> Option<&'static str> {
    USER.with(|user| user.copied())
}

/// What can be read at one place.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Seen {
    id: AsyncId,
    trigger: Option<AsyncId>,
    user: Option<&'static str>,
}

fn seen() -> Seen {
    Seen { id: execution_async_id(), trigger: trigger_async_id(), user: user() }
}

/// A value that notes what it sees when it is dropped, and the notes.
fn witness() -> (OnDrop<impl FnMut() + Send>, Arc<Mutex<Vec<Seen>>>) {
    let notes = Arc::new(Mutex::new(vec![]));
    let written = Arc::clone(&notes);
    let note = move || match written.lock() {
        Ok(mut notes) => notes.push(seen()),
        Err(_) => unreachable!("nothing panics with the notes in hand"),
    };
    (OnDrop(note), notes)
}

/// The context of every resource here, and of the code that drops it.
fn made<R>(make: impl FnOnce() -> R) -> R {
    USER.run("creator", make)
}

fn dropped<T>(value: T) {
    let before = seen();
    USER.run("dropper", || drop(value));
    assert_eq!(seen(), before);
}

#[test]
fn what_a_cancelled_future_held_is_dropped_inside_its_scope() {
    let recorder = Recorder::start();
    let (witness, notes) = witness();
    let mut future = made(|| {
        let held = async move {
            let _held = witness;
            pause().await;
        };
        Box::pin(held.in_async_resource("future"))
    });
    let id = future.resource().async_id();
    assert!(poll(future.as_mut()).is_pending());
    dropped(future);
    assert_eq!(*notes.lock().unwrap(), [Seen { id, trigger: Some(AsyncId::ROOT), user: Some("creator") }]);
    assert_eq!(recorder.of(id), ["init", "before", "after", "destroy"]);
}

#[test]
fn what_a_future_never_polled_captured_is_dropped_inside_its_scope() {
    let recorder = Recorder::start();
    let (witness, notes) = witness();
    let future = made(|| async move { drop(witness) }.in_async_resource("future"));
    let id = future.resource().async_id();
    dropped(future);
    assert_eq!(*notes.lock().unwrap(), [Seen { id, trigger: Some(AsyncId::ROOT), user: Some("creator") }]);
    assert_eq!(recorder.of(id), ["init", "destroy"]);
}

#[test]
fn what_a_finished_future_still_owned_is_dropped_inside_its_scope() {
    let recorder = Recorder::start();
    let (witness, notes) = witness();
    // A future that keeps its captures when it is done, as hand-written ones do.
    let mut future = made(|| {
        let keeping = std::future::poll_fn(move |_| {
            let _kept = &witness;
            std::task::Poll::Ready(())
        });
        keeping.in_async_resource("future")
    });
    let id = future.resource().async_id();
    assert!(poll(std::pin::Pin::new(&mut future)).is_ready());
    assert!(notes.lock().unwrap().is_empty());
    dropped(future);
    assert_eq!(*notes.lock().unwrap(), [Seen { id, trigger: Some(AsyncId::ROOT), user: Some("creator") }]);
    assert_eq!(recorder.of(id), ["init", "before", "resolve", "after", "destroy"]);
}

#[test]
fn what_a_finished_task_still_owned_is_dropped_by_its_last_poll() {
    let recorder = Arc::new(Recorder::start());
    let (witness, notes) = witness();
    let order = Arc::new(Mutex::new(vec![]));
    let (noted, records) = (Arc::clone(&order), Arc::clone(&recorder));
    let held = OnDrop(move || noted.lock().unwrap().push(records.of(execution_async_id())));
    let mut task = made(|| {
        let keeping = std::future::poll_fn(move |_| {
            let _kept = (&witness, &held);
            std::task::Poll::Ready(7)
        });
        TaskFuture::new(AsyncResource::builder("task").spawned().build(), keeping)
    });
    let id = task.resource().async_id();
    assert_eq!(poll(std::pin::Pin::new(&mut task)), std::task::Poll::Ready(7));
    assert_eq!(*notes.lock().unwrap(), [Seen { id, trigger: Some(AsyncId::ROOT), user: Some("creator") }]);
    assert_eq!(*order.lock().unwrap(), [["init", "before", "resolve"]]);
    dropped(task);
    assert_eq!(notes.lock().unwrap().len(), 1);
    assert_eq!(recorder.of(id), ["init", "before", "resolve", "after", "destroy"]);
}

#[test]
fn a_task_whose_drop_panics_when_it_is_done_is_left_and_destroyed() {
    let recorder = Recorder::start();
    let held = OnDrop(|| std::panic::resume_unwind(Box::new("dropped")));
    let panicking = std::future::poll_fn(move |_| {
        let _kept = &held;
        std::task::Poll::Ready(())
    });
    let mut task = TaskFuture::new(AsyncResource::builder("task").spawned().build(), panicking);
    let id = task.resource().async_id();
    let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| poll(std::pin::Pin::new(&mut task))));
    assert!(outcome.is_err());
    assert_eq!(execution_async_id(), AsyncId::ROOT);
    drop(task);
    assert_eq!(recorder.of(id), ["init", "before", "resolve", "after", "destroy"]);
}

#[test]
fn a_cancelled_future_sees_at_its_drop_what_it_entered_in_its_polls() {
    let (witness, notes) = witness();
    let mut future = made(|| {
        let entering = async move {
            let _held = witness;
            USER.enter_with("entered");
            pause().await;
        };
        Box::pin(entering.in_async_resource("future"))
    });
    assert!(poll(future.as_mut()).is_pending());
    dropped(future);
    assert_eq!(notes.lock().unwrap()[0].user, Some("entered"));
}

#[test]
fn what_a_bound_callback_owned_is_dropped_inside_its_scope() {
    let recorder = Recorder::start();
    let (witness, notes) = witness();
    let bound = made(|| {
        bind(move |()| {
            let _kept = &witness;
            execution_async_id()
        })
    });
    let id = bound(());
    dropped(bound);
    assert_eq!(*notes.lock().unwrap(), [Seen { id, trigger: Some(AsyncId::ROOT), user: Some("creator") }]);
    assert_eq!(recorder.of(id), ["init", "before", "after", "destroy"]);
}

#[test]
fn what_a_callback_bound_once_owned_is_dropped_inside_its_scope_called_or_not() {
    let recorder = Recorder::start();
    for is_called in [false, true] {
        let (witness, notes) = witness();
        let resource = made(|| AsyncResource::new("once"));
        let id = resource.async_id();
        let bound = resource.bind_once(move |()| drop(witness));
        USER.run("dropper", || if is_called { bound(()) } else { drop(bound) });
        assert_eq!(*notes.lock().unwrap(), [Seen { id, trigger: Some(AsyncId::ROOT), user: Some("creator") }]);
        let expected: &[_] = if is_called { &["init", "before", "after", "destroy"] } else { &["init", "destroy"] };
        assert_eq!(recorder.of(id), expected);
    }
}

#[test]
fn what_is_dropped_is_dropped_before_destroy() {
    let recorder = Arc::new(Recorder::start());
    let order = Arc::new(Mutex::new(vec![]));
    let (noted, records) = (Arc::clone(&order), Arc::clone(&recorder));
    let held = OnDrop(move || {
        let own = execution_async_id();
        noted.lock().unwrap().push(records.of(own));
    });
    let future = async move { drop(held) }.in_async_resource("future");
    let id = future.resource().async_id();
    drop(future);
    assert_eq!(*order.lock().unwrap(), [["init"]]);
    assert_eq!(recorder.of(id), ["init", "destroy"]);
}

#[test]
fn a_scope_entered_by_what_is_dropped_is_an_ordinary_scope() {
    let recorder = Recorder::start();
    let inner = AsyncResource::new("inner");
    let inner_id = inner.async_id();
    let held = OnDrop(move || inner.run_in_async_scope(|| USER.enter_with("inner")));
    let future = made(|| async move { drop(held) }.in_async_resource("future"));
    let id = future.resource().async_id();
    dropped(future);
    assert_eq!(recorder.of(inner_id), ["init", "before", "after", "destroy"]);
    assert_eq!(recorder.the("destroy", inner_id).executing_id(), id);
}

#[test]
fn what_a_drop_creates_has_the_dropped_future_as_its_trigger() {
    let made_in_drop = Arc::new(Mutex::new(None));
    let slot = Arc::clone(&made_in_drop);
    let held = OnDrop(move || *slot.lock().unwrap() = Some(AsyncResource::new("late")));
    let future = made(|| async move { drop(held) }.in_async_resource("future"));
    let id = future.resource().async_id();
    dropped(future);
    let late = made_in_drop.lock().unwrap().take().unwrap();
    assert_eq!(late.trigger_async_id(), Some(id));
    assert_eq!(late.run_in_async_scope(user), Some("creator"));
}

#[test]
fn nested_futures_are_each_dropped_in_their_own_scope() {
    let recorder = Recorder::start();
    let ((outer_witness, outer_notes), (inner_witness, inner_notes)) = (witness(), witness());
    let inner = async move {
        let _held = inner_witness;
        pause().await;
    };
    let inner = USER.run("inner", || inner.in_async_resource("inner"));
    let inner_id = inner.resource().async_id();
    let outer = async move {
        let _held = outer_witness;
        inner.await;
    };
    let mut outer = Box::pin(USER.run("outer", || outer.in_async_resource("outer")));
    let outer_id = outer.resource().async_id();
    assert!(poll(outer.as_mut()).is_pending());
    dropped(outer);
    let of =
        |notes: &Mutex<Vec<Seen>>| notes.lock().unwrap().iter().map(|seen| (seen.id, seen.user)).collect::<Vec<_>>();
    assert_eq!(of(&inner_notes), [(inner_id, Some("inner"))]);
    assert_eq!(of(&outer_notes), [(outer_id, Some("outer"))]);
    assert_eq!(recorder.the("destroy", inner_id).executing_id(), outer_id);
}

#[test]
fn what_a_future_of_a_local_scope_owned_is_dropped_with_the_local_set() {
    let (polled, polled_notes) = witness();
    let mut future = Box::pin(USER.scope("scoped", async move {
        let _held = polled;
        pause().await;
    }));
    assert!(poll(future.as_mut()).is_pending());
    dropped(future);
    assert_eq!(polled_notes.lock().unwrap()[0].user, Some("scoped"));

    let (never_polled, notes) = witness();
    dropped(USER.scope("scoped", async move { drop(never_polled) }));
    assert_eq!(notes.lock().unwrap()[0].user, Some("scoped"));

    let (exited, notes) = witness();
    dropped(USER.exit_scope(async move { drop(exited) }));
    assert_eq!(notes.lock().unwrap()[0].user, None);
}

#[test]
fn what_a_future_of_a_local_scope_owned_sees_the_other_locals_of_its_surroundings() {
    let seen_other = Arc::new(Mutex::new(None));
    let slot = Arc::clone(&seen_other);
    let held = OnDrop(move || *slot.lock().unwrap() = OTHER.with(|other| other.copied()));
    let future = USER.scope("scoped", async move { drop(held) });
    OTHER.run("surrounding", || drop(future));
    assert_eq!(*seen_other.lock().unwrap(), Some("surrounding"));
}

#[test]
fn what_a_snapshot_future_owned_is_dropped_with_the_captured_values() {
    let (polled, polled_notes) = witness();
    let (never_polled, never_polled_notes) = witness();
    let held = async move {
        let _held = polled;
        pause().await;
    };
    let snapshot = made(Snapshot::current);
    let mut future = Box::pin(snapshot.scope(held));
    assert!(poll(future.as_mut()).is_pending());
    dropped(future);
    dropped(made(|| async move { drop(never_polled) }.in_current_snapshot()));
    assert_eq!(polled_notes.lock().unwrap()[0].user, Some("creator"));
    assert_eq!(never_polled_notes.lock().unwrap()[0].user, Some("creator"));
    assert_eq!(polled_notes.lock().unwrap()[0].id, AsyncId::ROOT, "a snapshot carries no ids");
}

#[test]
fn what_a_callback_of_a_snapshot_owned_is_dropped_with_the_captured_values() {
    let (witness, notes) = witness();
    let bound = made(Snapshot::current).bind(move |()| {
        let _kept = &witness;
    });
    bound(());
    dropped(bound);
    assert_eq!(notes.lock().unwrap()[0].user, Some("creator"));
}

#[test]
fn a_panic_in_what_is_dropped_still_leaves_the_scope_and_destroys() {
    let recorder = Recorder::start();
    alone(|| {
        let held = OnDrop(|| std::panic::panic_any("dropped"));
        let future = made(|| async move { drop(held) }.in_async_resource("future"));
        let id = future.resource().async_id();
        let before = seen();
        let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| drop(future)));
        assert_eq!(outcome.unwrap_err().downcast_ref(), Some(&"dropped"));
        assert_eq!(seen(), before);
        assert_eq!(recorder.of(id), ["init", "destroy"]);
    });
}

#[test]
fn a_future_dropped_while_unwinding_is_dropped_in_its_scope() {
    let (witness, notes) = witness();
    let future = made(|| async move { drop(witness) }.in_async_resource("future"));
    let id = future.resource().async_id();
    let unwinding = move || {
        let _future = future;
        std::panic::panic_any("host");
    };
    assert!(std::panic::catch_unwind(std::panic::AssertUnwindSafe(unwinding)).is_err());
    assert_eq!(*notes.lock().unwrap(), [Seen { id, trigger: Some(AsyncId::ROOT), user: Some("creator") }]);
}

#[test]
fn a_future_dropped_in_place_by_its_owner_leaves_its_owner_as_it_was() {
    let owner = async {
        USER.enter_with("owner");
        let own = execution_async_resource();
        {
            let (witness, notes) = witness();
            let child = async move {
                let _held = witness;
                USER.enter_with("child");
                pause().await;
            };
            let mut child = pin!(child.in_async_resource("child"));
            assert!(poll(child.as_mut()).is_pending());
            assert!(notes.lock().unwrap().is_empty());
        }
        assert_eq!((user(), execution_async_resource()), (Some("owner"), own));
    };
    complete(owner.in_async_resource("owner"));
}
