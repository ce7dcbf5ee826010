//! Many threads at once, threads that end, and hooks that come and go meanwhile.

mod turns;

use std::cell::RefCell;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use async_hooks_core::{AsyncResource, create_hook};
use async_hooks_diagnostics::{LeakDetector, Registry, Report as _};
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
fn a_hook_may_read_reports_and_let_go_of_the_last_registry() {
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
