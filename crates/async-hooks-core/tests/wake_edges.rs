//! Wakes: the events of a hook on `wake`.

mod child;
mod polling;
mod waking;

use std::future::{Future, poll_fn};
use std::panic::{self, panic_any};
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex, OnceLock};
use std::task::{Poll, Wake, Waker};

use async_hooks_core::{AsyncHook, AsyncResource, Events, FutureExt as _, Hook, Resource, create_hook};

use child::{in_child, say};
use polling::{OnDrop, alone};
use waking::{Kept, Wakes, counting, keeping, lock, poll_with, taken};

#[test]
fn a_wake_names_who_woke_whom() {
    let wakes = Wakes::of("named reader");
    let (kept, (counting, waker)) = (Kept::default(), counting());
    let mut reader = pin!(keeping(&kept).in_async_resource("named reader"));
    poll_with(reader.as_mut(), &waker);
    let writer = AsyncResource::new("writer");
    writer.run_in_async_scope(|| taken(&kept).wake());
    assert_eq!((wakes.by(), counting.count()), (vec!["writer"], 1));
    assert_eq!(*lock(&wakes.by), [writer.resource()]);
}

#[test]
fn outside_of_everything_and_on_other_threads_the_root_wakes() {
    let wakes = Wakes::of("root's reader");
    let kept = Kept::default();
    let mut reader = pin!(keeping(&kept).in_async_resource("root's reader"));
    poll_with(reader.as_mut(), Waker::noop());
    alone(|| taken(&kept).wake());
    poll_with(reader.as_mut(), Waker::noop());
    let waker = taken(&kept);
    let driver = AsyncResource::new("driver").bind_once(move |()| waker.wake());
    alone(move || driver(()));
    assert_eq!(wakes.by(), ["root", "driver"]);
}

#[test]
fn a_future_that_wakes_itself_is_woken_by_itself() {
    let wakes = Wakes::of("self-waking");
    let (counting, waker) = counting();
    let mut future = pin!(polling::pause().in_async_resource("self-waking"));
    poll_with(future.as_mut(), &waker);
    assert_eq!((wakes.by(), counting.count()), (vec!["self-waking"], 1));
}

#[test]
fn each_call_counts_and_neither_clones_nor_drops_do() {
    let wakes = Wakes::of("called");
    let (kept, (counting, waker)) = (Kept::default(), counting());
    let mut reader = pin!(keeping(&kept).in_async_resource("called"));
    poll_with(reader.as_mut(), &waker);
    let own = taken(&kept);
    own.wake_by_ref();
    let cloned = own.clone();
    drop(own.clone());
    cloned.wake();
    own.wake_by_ref();
    own.wake();
    assert_eq!((wakes.count(), counting.count()), (4, 4));
}

#[test]
fn a_hook_that_wants_every_event_of_a_life_wants_no_wakes() {
    struct Life;
    impl Hook for Life {
        fn wake(&self, resource: &Resource, _: &Resource) {
            assert_ne!(resource.kind(), "unasked", "not asked for");
        }
    }
    assert!(!Life.events().contains(Events::WAKE));
    let child = in_child("a_hook_that_wants_every_event_of_a_life_wants_no_wakes", || {
        AsyncHook::new(Life).enable();
        let (kept, (counting, waker)) = (Kept::default(), counting());
        let mut reader = pin!(keeping(&kept).in_async_resource("unasked"));
        poll_with(reader.as_mut(), &waker);
        assert!(taken(&kept).will_wake(&waker), "it is the task's own waker");
        poll_with(reader.as_mut(), &waker);
        taken(&kept).wake();
        say(counting.count());
    });
    assert!(child.succeeded, "{child:?}");
    assert_eq!((child.said(), child.reports().len()), (vec!["1"], 0), "{child:?}");
}

#[test]
fn a_hook_may_want_a_life_and_its_wakes() {
    struct Both(Arc<Mutex<Vec<&'static str>>>);
    impl Both {
        fn note(&self, event: &'static str, resource: &Resource) {
            if resource.kind() == "both" {
                lock(&self.0).push(event);
            }
        }
    }
    impl Hook for Both {
        fn init(&self, resource: &Resource) {
            self.note("init", resource);
        }
        fn after(&self, resource: &Resource) {
            self.note("after", resource);
        }
        fn wake(&self, resource: &Resource, _: &Resource) {
            self.note("wake", resource);
        }
        fn resolve(&self, resource: &Resource) {
            self.note("resolve", resource);
        }
        fn destroy(&self, resource: &Resource) {
            self.note("destroy", resource);
        }
        fn events(&self) -> Events {
            Events::LIFECYCLE | Events::WAKE
        }
    }
    let seen = Arc::default();
    // Through an `Arc`, which hands every event on.
    let _enabled = AsyncHook::new(Arc::new(Both(Arc::clone(&seen)))).enable_scoped();
    polling::complete(polling::pause().in_async_resource("both"));
    assert_eq!(*lock(&seen), ["init", "wake", "after", "resolve", "after", "destroy"]);
}

#[test]
fn what_has_ended_is_woken_in_silence() {
    let wakes = Wakes::of("ended");
    let (kept, (counting, waker)) = (Kept::default(), counting());
    let mut reader = Box::pin(keeping(&kept).in_async_resource("ended"));
    poll_with(reader.as_mut(), &waker);
    let own = taken(&kept);
    own.wake_by_ref();
    drop(reader);
    own.wake_by_ref();
    own.wake();
    assert_eq!((wakes.count(), counting.count()), (1, 3));

    let resource = AsyncResource::new("ended");
    resource.emit_destroy();
    let mut reader = pin!(resource.scope(keeping(&kept)));
    poll_with(reader.as_mut(), &waker);
    taken(&kept).wake();
    assert_eq!((wakes.count(), counting.count()), (1, 4));
}

#[test]
fn what_is_done_and_not_dropped_yet_can_still_be_woken() {
    let wakes = Wakes::of("done");
    let kept = Kept::default();
    let keep = Arc::clone(&kept);
    let ready = poll_fn(move |cx| {
        *lock(&keep) = Some(cx.waker().clone());
        Poll::Ready(())
    });
    let mut ready = Box::pin(ready.in_async_resource("done"));
    assert!(polling::poll(ready.as_mut()).is_ready());
    taken(&kept).wake_by_ref();
    assert_eq!(wakes.by(), ["root"]);
}

#[test]
fn what_a_hook_wakes_is_woken_and_reaches_no_hook() {
    let wakes = Wakes::of("woken by a hook");
    let (kept, (counting, waker)) = (Kept::default(), counting());
    let mut reader = pin!(keeping(&kept).in_async_resource("woken by a hook"));
    poll_with(reader.as_mut(), &waker);
    let own = taken(&kept);
    let waking = own.clone();
    let hook = create_hook()
        .init(move |resource| {
            if resource.kind() == "wakes in its hook" {
                waking.wake_by_ref()
            }
        })
        .build();
    let enabled = hook.enable_scoped();
    drop(AsyncResource::new("wakes in its hook"));
    assert_eq!((wakes.count(), counting.count()), (0, 1));
    drop(enabled);
    own.wake();
    assert_eq!((wakes.count(), counting.count()), (1, 2));
}

#[test]
fn what_a_hook_has_created_is_woken_in_silence() {
    type Slot = Arc<Mutex<Option<Pin<Box<dyn Future<Output = ()> + Send>>>>>;
    let wakes = Wakes::of("created in a hook");
    let (kept, slot, (counting, waker)) = (Kept::default(), Slot::default(), counting());
    let (keep, made) = (Arc::clone(&kept), Arc::clone(&slot));
    let hook = create_hook().init(move |resource| {
        if resource.kind() == "creates in its hook" {
            *lock(&made) = Some(Box::pin(keeping(&keep).in_async_resource("created in a hook")));
        }
    });
    let _enabled = hook.build().enable_scoped();
    drop(AsyncResource::new("creates in its hook"));
    let mut future = lock(&slot).take().expect("made by the hook");
    poll_with(future.as_mut(), &waker);
    let own = taken(&kept);
    assert!(own.will_wake(&waker), "nobody would hear of it, so it is the task's own");
    own.wake();
    assert_eq!((wakes.count(), counting.count()), (0, 1));
}

#[test]
fn hooks_receive_a_wake_in_the_order_of_enabling_and_before_the_task_does() {
    static SAID: Mutex<Vec<&str>> = Mutex::new(Vec::new());
    struct Last;
    impl Wake for Last {
        fn wake(self: Arc<Self>) {
            lock(&SAID).push("waker");
        }
    }
    let named = |name: &'static str| {
        let hook = create_hook().wake(move |resource, _| {
            if resource.kind() == "ordered" {
                lock(&SAID).push(name);
            }
        });
        hook.build()
    };
    let (one, two) = (named("one"), named("two"));
    let _enabled = (two.enable_scoped(), one.enable_scoped());
    let kept = Kept::default();
    let mut reader = pin!(keeping(&kept).in_async_resource("ordered"));
    poll_with(reader.as_mut(), &Waker::from(Arc::new(Last)));
    taken(&kept).wake();
    assert_eq!(*lock(&SAID), ["two", "one", "waker"]);
}

#[test]
fn a_hook_that_panics_is_reported_and_does_not_keep_the_task_asleep() {
    let child = in_child("a_hook_that_panics_is_reported_and_does_not_keep_the_task_asleep", || {
        panic::set_hook(Box::new(|_| {}));
        let hook = create_hook().wake(|_, _| panic_any("on purpose")).build();
        let (before, _) = (Wakes::of("job"), hook.enable());
        let behind = Wakes::of("job");
        let (kept, (counting, waker)) = (Kept::default(), counting());
        let mut reader = pin!(keeping(&kept).in_async_resource("job"));
        for _ in 0..3 {
            poll_with(reader.as_mut(), &waker);
            taken(&kept).wake();
        }
        assert!(!hook.is_enabled());
        say(format!("{} {} {}", before.count(), behind.count(), counting.count()));
    });
    assert!(child.succeeded, "{child:?}");
    assert_eq!(child.said(), ["3 3 3"]);
    let reports = child.reports();
    assert_eq!((reports.len(), child.stderr.lines().count()), (1, 1), "{}", child.stderr);
    assert!(reports[0].contains("`wake`") && reports[0].contains("on purpose"), "{reports:?}");
}

#[test]
fn a_hook_enabled_late_receives_from_the_next_poll_on_and_a_disabled_one_nothing() {
    let child = in_child("a_hook_enabled_late_receives_from_the_next_poll_on_and_a_disabled_one_nothing", || {
        let (kept, (counting, waker)) = (Kept::default(), counting());
        let mut reader = pin!(keeping(&kept).in_async_resource("late"));
        poll_with(reader.as_mut(), &waker);
        let wakes = Wakes::of("late");
        taken(&kept).wake();
        assert_eq!((wakes.count(), counting.count()), (0, 1));
        poll_with(reader.as_mut(), &waker);
        let own = taken(&kept);
        own.wake_by_ref();
        assert_eq!((wakes.count(), counting.count()), (1, 2));
        let heard = Arc::clone(&wakes.by);
        drop(wakes);
        own.wake_by_ref();
        assert_eq!((lock(&heard).len(), counting.count()), (1, 3));
        poll_with(reader.as_mut(), &waker);
        assert!(taken(&kept).will_wake(&waker), "nobody listens: the task's own");
        let wakes = Wakes::of("late");
        own.wake();
        assert_eq!((wakes.count(), counting.count()), (1, 4));
        say("done");
    });
    assert!(child.succeeded, "{child:?}");
    assert_eq!(child.said(), ["done"]);
}

#[test]
fn a_wake_passes_through_the_resources_around_from_the_inside_out() {
    static WOKEN: Mutex<Vec<&str>> = Mutex::new(Vec::new());
    let hook = create_hook().wake(|resource, by| {
        if ["inner", "outer"].contains(&resource.kind()) {
            lock(&WOKEN).push(resource.kind());
            assert_eq!(by.kind(), "root");
        }
    });
    let _enabled = hook.build().enable_scoped();
    let (kept, (counting, waker)) = (Kept::default(), counting());
    let inner = keeping(&kept).in_async_resource("inner");
    let mut outer = pin!(inner.in_async_resource("outer"));
    poll_with(outer.as_mut(), &waker);
    taken(&kept).wake();
    assert_eq!((&**lock(&WOKEN), counting.count()), (&["inner", "outer"][..], 1));
}

#[test]
fn a_hook_on_wakes_may_do_anything() {
    static KEPT: OnceLock<Kept> = OnceLock::new();
    static BUSY: Mutex<Vec<Pin<Box<dyn Future<Output = ()> + Send>>>> = Mutex::new(Vec::new());
    let kept = KEPT.get_or_init(Kept::default);
    let hook = create_hook().wake(|resource, _| {
        if resource.kind() == "busy" {
            let mut others = std::mem::take(&mut *lock(&BUSY));
            let woken = others.iter_mut().map(|other| poll_with(other.as_mut(), Waker::noop())).count();
            assert_eq!(woken, 100);
            drop(others);
            drop(AsyncResource::new("made in a wake hook"));
            polling::complete(polling::pause().in_async_resource("made in a wake hook"));
        }
    });
    let _enabled = hook.build().enable_scoped();
    for _ in 0..100 {
        let mut other: Pin<Box<dyn Future<Output = ()> + Send>> =
            Box::pin(keeping(kept).in_async_resource("polled in a wake hook"));
        poll_with(other.as_mut(), Waker::noop());
        lock(&BUSY).push(other);
    }
    let mut reader = pin!(keeping(kept).in_async_resource("busy"));
    poll_with(reader.as_mut(), Waker::noop());
    taken(kept).wake();
    assert!(lock(&BUSY).is_empty());
}

#[test]
fn what_a_future_wakes_while_it_is_dropped_it_wakes_itself() {
    let wakes = Wakes::of("woken by a drop");
    let kept = Kept::default();
    let mut reader = pin!(keeping(&kept).in_async_resource("woken by a drop"));
    poll_with(reader.as_mut(), Waker::noop());
    let own = taken(&kept);
    let owner = async {
        let _owned = OnDrop(|| own.wake_by_ref());
        std::future::pending::<()>().await;
    };
    let mut owner = Box::pin(owner.in_async_resource("dropped owner"));
    poll_with(owner.as_mut(), Waker::noop());
    drop(owner);
    assert_eq!(wakes.by(), ["dropped owner"]);
}
