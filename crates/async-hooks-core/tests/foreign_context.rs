//! Foreign contexts: captured with every local, attached while what captured them runs.

mod polling;

use std::cell::{Cell, RefCell};
use std::marker::PhantomData;
use std::panic::{AssertUnwindSafe, catch_unwind, panic_any};
use std::pin::pin;
use std::rc::Rc;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
#[cfg(feature = "stream")]
use std::task::Poll;

use async_hooks_core::{
    AsyncLocal, AsyncResource, Envelope, ForeignContext, FutureExt as _, Propagation, Snapshot, bind, create_hook,
    detached, propagate, thread,
};

use polling::{OnDrop, complete, pause, poll};

thread_local! {
    /// The context of another library: the values that are current, the innermost last.
    static CURRENT: RefCell<Vec<u32>> = const { RefCell::new(Vec::new()) };
}

fn current() -> Option<u32> {
    CURRENT.with_borrow(|values| values.last().copied())
}

/// Keeps a value current; not `Send`.
struct Attached(PhantomData<Rc<()>>);

impl Attached {
    fn new(value: u32) -> Self {
        CURRENT.with_borrow_mut(|values| values.push(value));
        Attached(PhantomData)
    }
}

impl Drop for Attached {
    fn drop(&mut self) {
        CURRENT.with_borrow_mut(Vec::pop);
    }
}

/// Only while `value` is attached, as a user of the other library would.
fn with_value<R>(value: u32, f: impl FnOnce() -> R) -> R {
    let _attached = Attached::new(value);
    f()
}

struct Foreign;

impl ForeignContext for Foreign {
    type Value = u32;
    type Guard = Attached;

    fn capture(&self) -> Option<u32> {
        current()
    }

    fn attach(&self, value: &u32) -> Attached {
        Attached::new(*value)
    }
}

/// Propagations are of the process, so the tests take turns.
fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

fn propagated(test: impl FnOnce(&Propagation)) {
    let _alone = alone();
    let propagation = propagate(Foreign);
    let enabled = propagation.enable_scoped();
    test(&propagation);
    drop(enabled);
    assert_eq!(current(), None, "nothing stays attached");
}

#[test]
fn what_is_created_runs_with_what_was_current_there() {
    propagated(|_| {
        let (resource, callback, snapshot) =
            with_value(7, || (AsyncResource::new("job"), bind(|()| current()), Snapshot::current()));
        assert_eq!(resource.run_in_async_scope(current), Some(7));
        assert_eq!(callback(()), Some(7));
        assert_eq!(snapshot.run(current), Some(7));
        assert_eq!(snapshot.bind(|()| current())(()), Some(7));
        let envelope = with_value(8, || Envelope::new("message", 1));
        assert_eq!(with_value(9, || envelope.run(|_| current())), Some(8));
        assert_eq!(with_value(7, || thread::spawn(current)).join().expect("no panic"), Some(7));
        assert_eq!(with_value(9, || resource.run_in_async_scope(current)), Some(7), "on top of what is current");
        assert_eq!(
            with_value(9, || AsyncResource::new("plain")).run_in_async_scope(|| with_value(1, current)),
            Some(1)
        );
    });
}

#[test]
fn each_poll_and_the_drop_of_a_future_see_it() {
    propagated(|_| {
        let seen = Arc::new(Mutex::new(Vec::new()));
        let note = |seen: &Arc<Mutex<Vec<Option<u32>>>>| {
            let seen = Arc::clone(seen);
            OnDrop(move || seen.lock().unwrap().push(current()))
        };
        let tracked = with_value(7, || {
            let owned = note(&seen);
            async move {
                let _owned = owned;
                assert_eq!(current(), Some(7));
                pause().await;
                assert_eq!(current(), Some(7));
            }
            .in_async_resource("future")
        });
        complete(tracked);
        let owned = note(&seen);
        let pending =
            with_value(8, || async move { drop((std::future::pending::<()>().await, owned)) }.in_current_snapshot());
        {
            let mut pending = pin!(pending);
            assert!(poll(pending.as_mut()).is_pending());
        }
        assert_eq!(*seen.lock().unwrap(), [Some(7), Some(8)]);
    });
}

#[cfg(feature = "stream")]
#[test]
fn each_poll_of_a_stream_sees_it() {
    use async_hooks_core::StreamExt as _;

    propagated(|_| {
        let items = || futures::stream::poll_fn(|_| Poll::Ready(Some(current())));
        let mut snapshot = with_value(7, || Box::pin(items().in_current_snapshot()));
        let mut resource = with_value(8, || Box::pin(items().in_async_resource("stream")));
        let first =
            |stream: &mut (dyn futures::Stream<Item = Option<u32>> + Unpin)| complete(futures::StreamExt::next(stream));
        assert_eq!((first(&mut snapshot), first(&mut resource)), (Some(Some(7)), Some(Some(8))));
    });
}

#[test]
fn a_local_does_not_attach_it() {
    static USER: AsyncLocal<u32> = AsyncLocal::new();
    propagated(|_| {
        let resource = with_value(7, || AsyncResource::new("job"));
        resource.run_in_async_scope(|| {
            with_value(8, || {
                assert_eq!(USER.run(1_u32, current), Some(8));
                assert_eq!(complete(USER.scope(1_u32, async { current() })), Some(8));
            });
        });
    });
}

#[test]
fn detached_code_captures_none() {
    propagated(|_| {
        let worker = with_value(7, || detached(|| AsyncResource::new("worker")));
        assert_eq!(worker.run_in_async_scope(current), None);
        let task = with_value(7, || detached(|| bind(|()| current())));
        assert_eq!(with_value(8, || task(())), Some(8), "what is current there stays");
    });
}

#[test]
fn what_has_nothing_to_carry_attaches_nothing() {
    propagated(|_| {
        let resource = AsyncResource::new("job");
        assert_eq!(with_value(8, || resource.run_in_async_scope(current)), Some(8));
    });
}

#[test]
fn nothing_is_captured_or_attached_while_it_is_disabled() {
    let _alone = alone();
    let propagation = propagate(Foreign);
    let before = with_value(7, || AsyncResource::new("before"));
    propagation.enable();
    assert!(propagation.is_enabled());
    assert_eq!(before.run_in_async_scope(current), None);
    let during = with_value(7, || AsyncResource::new("during"));
    assert_eq!(during.run_in_async_scope(current), Some(7));
    let child = during.run_in_async_scope(|| {
        propagation.disable();
        AsyncResource::new("child")
    });
    assert_eq!((during.run_in_async_scope(current), child.run_in_async_scope(current), current()), (None, None, None));
    propagation.enable();
    assert_eq!(during.run_in_async_scope(current), Some(7));
    propagation.disable();
}

#[test]
fn guards_are_counted_and_end_with_their_period() {
    let _alone = alone();
    let propagation = propagate(Foreign);
    let (first, second) = (propagation.enable_scoped(), propagation.enable_scoped());
    drop(first);
    assert!(propagation.is_enabled());
    propagation.disable();
    propagation.enable();
    drop(second);
    assert!(propagation.is_enabled(), "a guard of a past period");
    let third = propagation.enable_scoped();
    drop(third);
    assert!(propagation.is_enabled());
    let clone = propagation.clone();
    drop(propagation);
    let job = with_value(7, || AsyncResource::new("job"));
    assert_eq!(job.run_in_async_scope(current), Some(7));
    clone.disable();
}

#[test]
fn what_it_creates_while_it_is_asked_carries_nothing() {
    thread_local! {
        static DEPTH: Cell<u32> = const { Cell::new(0) };
    }
    struct Creates;
    impl ForeignContext for Creates {
        type Value = ();
        type Guard = ();
        fn capture(&self) -> Option<()> {
            DEPTH.set(DEPTH.get() + 1);
            AsyncResource::new("inner").run_in_async_scope(|| Snapshot::current().run(|| ()));
            Some(())
        }
        fn attach(&self, (): &()) {
            DEPTH.set(DEPTH.get() + 1);
            AsyncResource::new("inner").run_in_async_scope(|| ());
        }
    }
    let _alone = alone();
    let propagation = propagate(Creates);
    let _enabled = propagation.enable_scoped();
    AsyncResource::new("outer").run_in_async_scope(|| ());
    assert_eq!(DEPTH.get(), 2);
}

#[test]
fn a_panic_of_it_is_contained_and_ends_the_propagation() {
    #[derive(Clone, Copy, PartialEq)]
    enum In {
        Capture,
        Attach,
        Drop,
    }
    struct Broken(In);
    struct Guard(In);
    impl Drop for Guard {
        fn drop(&mut self) {
            if self.0 == In::Drop {
                panic_any("broken guard");
            }
        }
    }
    impl ForeignContext for Broken {
        type Value = ();
        type Guard = Guard;
        fn capture(&self) -> Option<()> {
            if self.0 == In::Capture { panic_any("broken capture") } else { Some(()) }
        }
        fn attach(&self, (): &()) -> Guard {
            if self.0 == In::Attach { panic_any("broken attach") } else { Guard(self.0) }
        }
    }
    let _alone = alone();
    for place in [In::Capture, In::Attach, In::Drop] {
        let (broken, sound) = (propagate(Broken(place)), propagate(Foreign));
        let _enabled = (broken.enable_scoped(), sound.enable_scoped());
        let job = with_value(7, || AsyncResource::new("job"));
        assert_eq!(job.run_in_async_scope(current), Some(7), "others go on");
        assert_eq!(job.run_in_async_scope(current), Some(7));
        assert!(!broken.is_enabled() && sound.is_enabled());
        assert!(broken.enable().is_enabled(), "it may be enabled again");
        broken.disable();
    }
}

#[test]
fn a_panic_of_the_program_detaches_it() {
    propagated(|_| {
        let job = with_value(7, || AsyncResource::new("job"));
        let caught = catch_unwind(AssertUnwindSafe(|| job.run_in_async_scope(|| panic_any("program"))));
        assert!(caught.is_err());
        assert_eq!(current(), None);
    });
}

#[test]
fn hooks_run_with_it_attached() {
    propagated(|_| {
        let seen = Arc::new(Mutex::new(Vec::new()));
        let noted = Arc::clone(&seen);
        let hook = create_hook()
            .before(move |resource| {
                if resource.kind() == "observed" {
                    noted.lock().unwrap().push(current());
                }
            })
            .build();
        let _enabled = hook.enable_scoped();
        with_value(7, || AsyncResource::new("observed")).run_in_async_scope(|| ());
        assert_eq!(*seen.lock().unwrap(), [Some(7)]);
    });
}

/// The same context of another library, whose guard has another type.
struct Doubled;

impl ForeignContext for Doubled {
    type Value = u32;
    type Guard = (Attached, u64);

    fn capture(&self) -> Option<u32> {
        current().map(|value| value * 2)
    }

    fn attach(&self, value: &u32) -> (Attached, u64) {
        (Attached::new(*value), 0)
    }
}

#[test]
fn several_are_attached_at_each_level_and_detached_in_the_opposite_order() {
    propagated(|_| {
        let doubled = propagate(Doubled);
        let one = with_value(1, || AsyncResource::new("with one"));
        let enabled = doubled.enable_scoped();
        let both = with_value(7, || AsyncResource::new("with both"));
        let all = || CURRENT.with_borrow(Clone::clone);
        for _ in 0..3 {
            both.run_in_async_scope(|| {
                assert_eq!(all(), [7, 14]);
                one.run_in_async_scope(|| {
                    assert_eq!(all(), [7, 14, 1]);
                    both.run_in_async_scope(|| assert_eq!(all(), [7, 14, 1, 7, 14]));
                    assert_eq!(all(), [7, 14, 1]);
                });
                assert_eq!(all(), [7, 14]);
            });
            one.run_in_async_scope(|| assert_eq!(all(), [1]));
        }
        drop(enabled);
        both.run_in_async_scope(|| assert_eq!(all(), [7]));
    });
}
