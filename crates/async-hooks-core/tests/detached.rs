//! What is detached sees no value and keeps none; its ids go on.

mod polling;

use std::future::{Future, ready};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::{Pin, pin};
use std::sync::Arc;

use async_hooks_core::{
    AsyncLocal, AsyncResource, FutureExt as _, Inherit, Snapshot, bind, detached, execution_async_id, trigger_async_id,
};

use polling::{OnDrop, alone, complete, pause, poll};

static USER: AsyncLocal<&str> = AsyncLocal::new();
static TENANT: AsyncLocal<&str> = AsyncLocal::with_default(|| "default");

type Seen = (Option<&'static str>, Option<&'static str>);

const NOTHING: Seen = (None, Some("default"));
const BOTH: Seen = (Some("alice"), Some("tenant"));

fn seen() -> Seen {
    (USER.with(|user| user.copied()), TENANT.with(|tenant| tenant.copied()))
}

fn set<R>(f: impl FnOnce() -> R) -> R {
    USER.run("alice", || TENANT.run("tenant", f))
}

#[test]
fn a_detached_closure_sees_no_value_and_its_caller_keeps_all() {
    set(|| {
        assert_eq!(detached(seen), NOTHING);
        assert_eq!(seen(), BOTH);
    });
    assert_eq!(TENANT.exit(|| detached(seen)), NOTHING, "who has exited is no different");
}

#[test]
fn a_detached_future_sees_no_value_in_any_of_its_polls() {
    let future = async {
        let first = seen();
        pause().await;
        (first, seen())
    };
    let mut future = pin!(set(|| future.detached()));
    assert!(set(|| poll(future.as_mut())).is_pending());
    assert_eq!(set(|| poll(future.as_mut())), std::task::Poll::Ready((NOTHING, NOTHING)));
}

#[test]
fn what_is_made_in_there_captures_nothing() {
    let (resource, callback, snapshot, future) =
        set(|| detached(|| (AsyncResource::new("job"), bind(|()| seen()), Snapshot::current(), tracked())));
    assert_eq!(set(|| resource.run_in_async_scope(seen)), NOTHING);
    assert_eq!(set(|| callback(())), NOTHING);
    assert_eq!(set(|| snapshot.run(seen)), NOTHING);
    assert_eq!(set(|| complete(future)), NOTHING);
}

fn tracked() -> impl Future<Output = Seen> {
    async { seen() }.in_async_resource("job")
}

#[test]
fn no_fork_is_asked_for_what_is_not_there() {
    static FORKED: AsyncLocal<u32> = AsyncLocal::new().inherit(Inherit::Fork(|_| unreachable!("nothing is set")));
    let task = FORKED.run(1_u32, || detached(|| AsyncResource::builder("task").spawned().build()));
    assert_eq!(task.run_in_async_scope(|| FORKED.get()), None);
}

#[test]
fn ids_go_on() {
    let request = AsyncResource::new("request");
    request.run_in_async_scope(|| {
        assert_eq!(detached(execution_async_id), request.async_id());
        assert_eq!(complete(async { trigger_async_id() }.detached()), request.trigger_async_id());
        let worker = detached(|| AsyncResource::new("worker"));
        assert_eq!(worker.trigger_async_id(), Some(request.async_id()));
    });
}

#[test]
fn what_a_detached_closure_enters_is_forgotten_and_what_a_detached_future_enters_stays_with_it() {
    alone(|| {
        USER.enter_with("alice");
        detached(|| USER.enter_with("bob"));
        assert_eq!(USER.get().as_deref(), Some(&"alice"));
        let entering = async {
            USER.enter_with("bob");
            pause().await;
            USER.get()
        };
        let mut entering = pin!(entering.detached());
        assert!(poll(entering.as_mut()).is_pending());
        assert_eq!(USER.get().as_deref(), Some(&"alice"));
        assert_eq!(complete(entering).as_deref(), Some(&"bob"));
        assert_eq!(USER.get().as_deref(), Some(&"alice"));
    });
}

#[test]
fn values_are_back_after_a_panic() {
    set(|| {
        let panicking = || detached(|| -> () { resume_unwind(Box::new("on purpose")) });
        assert!(catch_unwind(AssertUnwindSafe(panicking)).is_err());
        assert_eq!(seen(), BOTH);
        let panicking = async { resume_unwind(Box::new("on purpose")) }.detached();
        let outcome: Result<(), _> = catch_unwind(AssertUnwindSafe(|| complete(panicking)));
        assert!(outcome.is_err());
        assert_eq!(seen(), BOTH);
    });
}

#[test]
fn nothing_is_kept_of_the_values_around() {
    static HELD: AsyncLocal<()> = AsyncLocal::new();
    let held = Arc::new(());
    let kept = HELD.run(Arc::clone(&held), || {
        let worker = detached(|| AsyncResource::builder("worker").spawned().build());
        (worker, pause().detached(), detached(|| bind(|()| ())))
    });
    assert_eq!(Arc::strong_count(&held), 1);
    drop(kept);
}

#[test]
fn a_detached_future_is_dropped_detached() {
    let mut at_drop = None;
    let owned = OnDrop(|| at_drop = Some(seen()));
    let future = async {
        let _owned = owned;
        pause().await;
    };
    let future = future.detached();
    set(|| drop(future));
    assert_eq!(at_drop, Some(NOTHING));
}

#[test]
fn detached_inside_detached_is_detached() {
    set(|| {
        assert_eq!(detached(|| USER.run("bob", || (seen(), detached(seen), seen()))), {
            let bob = (Some("bob"), Some("default"));
            (bob, NOTHING, bob)
        });
    });
}

/// That they compile is half of the promise: nothing needs an annotation.
#[test]
fn any_future_and_any_closure_can_be_detached() {
    fn generic_future<F: Future<Output = u8>>(future: F) -> u8 {
        complete(future.detached())
    }
    fn generic_closure<F: FnOnce() -> u8>(f: F) -> u8 {
        detached(f)
    }
    let boxed: Pin<Box<dyn Future<Output = u8> + Send>> = Box::pin(ready(1));
    let called: Box<dyn FnOnce() -> u8> = Box::new(|| 2);
    let fallible = || -> Result<u8, std::num::ParseIntError> { "3".parse() };
    assert_eq!((complete(boxed.detached()), detached(called), detached(fallible)), (1, 2, Ok(3)));
    assert_eq!(detached(String::new), "");
    assert_eq!((generic_future(async { 4 }), generic_closure(|| 5)), (4, 5));
    let collected: Vec<u8> = detached(|| "ab".bytes().collect());
    assert_eq!(collected, *b"ab");
}

#[test]
fn a_detached_future_is_as_send_and_sync_as_what_it_wraps() {
    fn shared<T: Send + Sync>(_: &T) {}
    shared(&ready(1).detached());
}
