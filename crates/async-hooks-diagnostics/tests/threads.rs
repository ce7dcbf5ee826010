//! Many threads at once, threads that end, and hooks that come and go meanwhile.

mod turns;

use std::cell::RefCell;
use std::future::pending;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Barrier, Mutex, mpsc};
use std::thread;
use std::time::Duration;

use async_hooks_core::{AsyncHook, AsyncResource, FutureExt as _, Hook, create_hook};
use async_hooks_diagnostics::{Cancellations, LeakDetector, LeakTest, Registry, Report as _, leak_test};
use futures::executor::block_on;
use turns::turn;

const THREADS: u64 = 4;
const TIMES: u64 = 5_000;

#[test]
fn scopes_that_overlap_on_many_threads_are_all_counted() {
    let _turn = turn();
    let registry = Registry::new();
    registry.enable();
    let shared = AsyncResource::new("shared");
    let enter_often = || (0..TIMES).for_each(|_| shared.run_in_async_scope(|| drop(AsyncResource::new("inside"))));
    thread::scope(|scope| (0..THREADS).for_each(|_| drop(scope.spawn(enter_often))));
    let live = registry.get(shared.async_id()).unwrap();
    assert_eq!((live.polls(), live.is_executing()), (THREADS * TIMES, false));
    assert_eq!(registry.len(), 1);
}

#[test]
fn what_ends_while_it_is_listed_is_listed_or_not_and_never_twice() {
    let _turn = turn();
    let registry = Registry::new();
    let detector = LeakDetector::builder().older_than(Duration::ZERO).build();
    registry.enable();
    detector.enable();
    let kept: Vec<_> = (0..100).map(|_| AsyncResource::new("kept")).collect();
    let has_ended = AtomicBool::new(false);
    let come_and_go = || {
        while !has_ended.load(Ordering::Relaxed) {
            let parent = AsyncResource::new("parent");
            let child = parent.run_in_async_scope(|| AsyncResource::new("child"));
            drop((parent, child));
        }
    };
    thread::scope(|scope| {
        scope.spawn(come_and_go);
        for _ in 0..200 {
            let tree = registry.tree();
            let ids: Vec<_> = tree.resources().iter().map(|live| live.resource().async_id()).collect();
            assert!(ids.is_sorted() && ids.windows(2).all(|pair| pair[0] != pair[1]));
            assert!(kept.iter().all(|kept| ids.binary_search(&kept.async_id()).is_ok()));
            assert_eq!(tree.to_string().matches("─ kept ").count(), 100);
            assert!((100..=102).contains(&detector.report().count()));
        }
        has_ended.store(true, Ordering::Relaxed);
    });
    drop(kept);
    assert!(registry.is_empty() && detector.report().is_empty());
}

#[test]
fn registries_that_come_and_go_on_all_threads_see_their_own_time() {
    let _turn = turn();
    let come_and_go = || {
        for _ in 0..300 {
            let registry = Registry::new();
            registry.enable();
            let mine = AsyncResource::new("mine");
            assert!(registry.get(mine.async_id()).is_some());
            registry.disable();
            assert!(registry.get(mine.async_id()).is_none() && registry.live().is_empty());
        }
    };
    thread::scope(|scope| (0..THREADS).for_each(|_| drop(scope.spawn(come_and_go))));
    let last = Registry::new();
    last.enable();
    assert!(last.is_empty(), "{}", last.tree());
}

#[test]
fn a_thread_may_end_inside_its_own_scopes() {
    thread_local! {
        static LAST: RefCell<Option<EntersAtTheEnd>> = const { RefCell::new(None) };
    }
    struct EntersAtTheEnd(AsyncResource);
    impl Drop for EntersAtTheEnd {
        fn drop(&mut self) {
            self.0.run_in_async_scope(|| drop(AsyncResource::new("made at the end")));
        }
    }
    let _turn = turn();
    let registry = Registry::new();
    registry.enable();
    let end = || {
        let last = AsyncResource::new("last");
        LAST.set(Some(EntersAtTheEnd(last)));
        AsyncResource::new("first").run_in_async_scope(|| ());
    };
    for _ in 0..3 {
        thread::spawn(end).join().unwrap();
    }
    assert!(registry.is_empty(), "{}", registry.tree());
}

#[test]
fn a_hook_may_read_reports_and_drop_the_last_registry() {
    let _turn = turn();
    let registry = Registry::new();
    registry.enable();
    let held = Arc::new(Mutex::new(Some(registry)));
    let seen = Arc::new(Mutex::new(None));
    let (told, released) = (Arc::clone(&seen), Arc::clone(&held));
    let hook = create_hook().before(move |resource| {
        let registry = released.lock().unwrap().take();
        let found = registry.as_ref().and_then(|registry| registry.get(resource.async_id()));
        drop(registry);
        told.lock().unwrap().get_or_insert(found.is_some());
    });
    let _enabled = hook.build().enable_scoped();
    let query = AsyncResource::new("query");
    query.run_in_async_scope(|| ());
    query.run_in_async_scope(|| ());
    drop(query);
    assert_eq!(*seen.lock().unwrap(), Some(true));
    let after = Registry::new();
    after.enable();
    assert!(after.is_empty());
    after.tree().eprint();
}

#[test]
fn polls_that_began_before_or_end_after_a_registry_are_not_counted_wrongly() {
    let _turn = turn();
    let (registry, query) = (Registry::new(), AsyncResource::new("query"));
    query.run_in_async_scope(|| registry.enable().len());
    let known = AsyncResource::new("known");
    known.run_in_async_scope(|| registry.disable().enable().len());
    known.run_in_async_scope(|| ());
    assert!(registry.is_empty(), "{}", registry.tree());
    let next = AsyncResource::new("next");
    next.run_in_async_scope(|| ());
    let live = registry.get(next.async_id()).unwrap();
    assert_eq!((live.polls(), live.is_executing()), (1, false));
}

/// A thread that begins and ends watches, and the id of the resource that it dropped last.
struct Worker {
    kind: &'static str,
    dropped: AtomicU64,
}

static WORKERS: [Worker; THREADS as usize] = [Worker::new("a"), Worker::new("b"), Worker::new("c"), Worker::new("d")];

/// Each begins a watch, asserts what it must see, and ends the watch.
///
/// Panics are slow, so few of the tests fail.
const TURNS: [fn(&Worker); 7] = [
    Worker::pass_a_clean_test,
    Worker::list_the_living,
    Worker::find_a_leak,
    Worker::see_cancellations_around_a_break,
    Worker::pass_a_clean_test,
    Worker::list_the_living,
    Worker::fail_a_leaking_test,
];

const ROUNDS: usize = 3_000;

#[test]
fn watches_that_begin_and_end_on_all_threads_at_once_miss_nothing_and_list_nothing_dead() {
    let _turn = turn();
    thread::scope(|scope| {
        for (at, worker) in WORKERS.iter().enumerate() {
            // Every thread takes another step, so that each kind of watch meets each other kind.
            let turns = TURNS.iter().cycle().step_by(at + 1).take(ROUNDS);
            scope.spawn(move || turns.for_each(|turn| turn(worker)));
        }
    });
    let last = Registry::new();
    last.enable();
    assert!(last.is_empty(), "{}", last.tree());
}

impl Worker {
    const fn new(kind: &'static str) -> Worker {
        Worker { kind, dropped: AtomicU64::new(0) }
    }

    fn pass_a_clean_test(&self) {
        block_on(impatient().run(async { self.drop_it(AsyncResource::new(self.kind)) }));
    }

    fn fail_a_leaking_test(&self) {
        let mut leaks = Vec::new();
        let test = || block_on(impatient().run(async { leaks.push(AsyncResource::new(self.kind)) }));
        assert!(catch_unwind(AssertUnwindSafe(test)).is_err(), "a leak test overlooks a leak");
        leaks.into_iter().for_each(|leak| self.drop_it(leak));
    }

    fn find_a_leak(&self) {
        let detector = LeakDetector::builder().older_than(Duration::ZERO).build();
        detector.enable();
        let leak = AsyncResource::new(self.kind);
        assert!(detector.report().leaks().iter().any(|leak| leak.kind() == self.kind), "a detector overlooks a leak");
        self.drop_it(leak);
    }

    fn list_the_living(&self) {
        let registry = Registry::new();
        registry.enable();
        let mine = AsyncResource::new(self.kind);
        mine.run_in_async_scope(|| ());
        assert_eq!(registry.get(mine.async_id()).map(|live| live.polls()), Some(1), "it lives, and was polled once");
        self.drop_it(mine);
        let dead = WORKERS.each_ref().map(|worker| worker.dropped.load(Ordering::SeqCst));
        let live = registry.live();
        let listed = live.iter().find(|live| dead.contains(&live.resource().async_id().as_u64()));
        assert!(listed.is_none(), "a registry lists what is dead: {listed:?}");
    }

    fn see_cancellations_around_a_break(&self) {
        let (tell, told) = mpsc::channel();
        let builder = Cancellations::builder().assume_futures(self.kind);
        let cancellations = builder.on_cancel(move |lost| tell.send(lost.resource()).unwrap_or_default()).build();
        for is_enabled in [true, false, true] {
            if is_enabled {
                cancellations.enable()
            } else {
                cancellations.disable()
            };
            let query = pending::<()>().in_async_resource(self.kind);
            let mine = query.resource();
            drop(query);
            let reports = told.try_iter().filter(|lost| *lost == mine).count();
            assert_eq!(reports, usize::from(is_enabled), "one report of each cancellation while it is enabled");
        }
        cancellations.disable();
    }

    fn drop_it(&self, resource: AsyncResource) {
        let id = resource.async_id();
        drop(resource);
        self.dropped.store(id.as_u64(), Ordering::SeqCst);
    }
}

fn impatient() -> LeakTest {
    leak_test().settle_within(Duration::ZERO)
}

#[test]
fn a_handle_that_two_threads_enable_at_once_reports_each_cancellation_once() {
    let _turn = turn();
    for _ in 0..500 {
        let (tell, told) = mpsc::channel();
        let builder = Cancellations::builder().assume_futures("query");
        let cancellations = builder.on_cancel(move |lost| tell.send(lost.resource()).unwrap_or_default()).build();
        let both = Barrier::new(2);
        let enable_and_cancel = || {
            both.wait();
            cancellations.enable();
            drop(pending::<()>().in_async_resource("query"));
        };
        thread::scope(|scope| (0..2).for_each(|_| drop(scope.spawn(enable_and_cancel))));
        cancellations.disable();
        assert_eq!(told.try_iter().count(), 2);
    }
}

#[test]
fn a_hook_that_a_watch_drops_may_begin_and_end_watches_and_wait_for_a_thread_that_does() {
    let _turn = turn();
    let registry = Registry::new();
    let (tell, told) = mpsc::channel();
    for is_enabled in [true, false] {
        leave_to_this_thread(WatchesWhenDropped(tell.clone()));
        assert!(told.try_recv().is_err(), "it is not dropped yet");
        if is_enabled {
            registry.enable()
        } else {
            registry.disable()
        };
        assert_eq!(told.try_recv(), Ok(true));
        let mine = AsyncResource::new("mine");
        assert_eq!(registry.get(mine.async_id()).is_some(), is_enabled);
    }
}

/// A hook whose drop begins and ends a watch, and waits for a thread that does so, too.
struct WatchesWhenDropped(mpsc::Sender<bool>);

impl Hook for WatchesWhenDropped {}

impl Drop for WatchesWhenDropped {
    fn drop(&mut self) {
        let watch = || {
            let registry = Registry::new();
            registry.enable();
            let mine = AsyncResource::new("mine");
            registry.get(mine.async_id()).is_some()
        };
        watch();
        let (tell, told) = mpsc::channel();
        thread::spawn(move || tell.send(watch()).unwrap_or_default());
        let has_seen = told.recv_timeout(Duration::from_secs(60));
        self.0.send(has_seen == Ok(true)).unwrap_or_default();
    }
}

/// Leaves the last reference to a hook in the list that this thread used last.
///
/// The next change made by this thread drops it.
fn leave_to_this_thread(hook: impl Hook) {
    let hook = AsyncHook::new(hook);
    hook.enable();
    drop(AsyncResource::new("event"));
    thread::scope(|scope| drop(scope.spawn(|| _ = hook.disable())));
}
