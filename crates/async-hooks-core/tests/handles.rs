//! Handles of hooks: who keeps a hook enabled, and what ends that.

mod child;

use std::panic::{self, panic_any};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier, Mutex, OnceLock, Weak};
use std::thread;

use async_hooks_core::{AsyncHook, AsyncResource, EnabledHook, Events, Hook, Resource, create_hook};

use child::{in_child, say};

/// A hook that counts the resources of one kind that are created.
fn counting(kind: &'static str) -> (AsyncHook, Arc<AtomicUsize>) {
    let count = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&count);
    let hook = create_hook().init(move |resource| {
        if resource.kind() == kind {
            counted.fetch_add(1, Ordering::Relaxed);
        }
    });
    (hook.build(), count)
}

/// Whether the hook receives the `init` of a resource that is created now.
fn receives(kind: &'static str, count: &AtomicUsize) -> bool {
    let before = count.load(Ordering::Relaxed);
    drop(AsyncResource::new(kind));
    count.load(Ordering::Relaxed) == before + 1
}

#[test]
fn a_hook_enabled_in_one_statement_stays_enabled() {
    let (hook, count) = counting("statement");
    let handle = hook.clone();
    hook.enable();
    drop(hook);
    assert!(receives("statement", &count));
    drop(handle);
    assert!(receives("statement", &count), "it needs no handle");
}

#[test]
fn the_last_of_two_guards_disables_whichever_it_is() {
    for first_is_dropped_first in [true, false] {
        let (hook, count) = counting("two guards");
        let (first, second) = (hook.enable_scoped(), hook.enable_scoped());
        let (one, other) = if first_is_dropped_first { (first, second) } else { (second, first) };
        drop(one);
        assert!(hook.is_enabled() && receives("two guards", &count));
        drop(other);
        assert!(!hook.is_enabled() && !receives("two guards", &count));
    }
}

#[test]
fn a_guard_made_after_the_last_one_was_dropped_enables_again() {
    let (hook, count) = counting("again");
    for _ in 0..3 {
        let guard = hook.enable_scoped();
        assert!(receives("again", &count));
        drop(guard);
        assert!(!receives("again", &count));
    }
}

#[test]
fn a_hook_that_is_enabled_stays_so_after_its_guards() {
    for enabled_before_the_guard in [true, false] {
        let (hook, count) = counting("both");
        if enabled_before_the_guard {
            hook.enable();
        }
        let guard = hook.enable_scoped();
        hook.enable().enable();
        drop(guard);
        assert!(hook.is_enabled() && receives("both", &count));
        drop(hook.enable_scoped());
        assert!(hook.is_enabled() && receives("both", &count));
        hook.disable();
        assert!(!receives("both", &count), "one `disable` ends every `enable`");
    }
}

#[test]
fn disable_disables_under_living_guards_which_then_do_nothing() {
    let (hook, count) = counting("under guards");
    let guards = (hook.enable_scoped(), hook.enable_scoped());
    hook.disable();
    assert!(!hook.is_enabled() && !receives("under guards", &count));
    let later = hook.enable_scoped();
    drop(guards);
    assert!(hook.is_enabled() && receives("under guards", &count), "they belong to an earlier time");
    drop(later);
    assert!(!hook.is_enabled());
}

#[test]
fn a_guard_needs_no_handle_and_may_be_dropped_on_another_thread() {
    let (hook, count) = counting("elsewhere");
    let guard = hook.enable_scoped();
    drop(hook);
    assert!(receives("elsewhere", &count));
    thread::spawn(move || drop(guard)).join().unwrap();
    assert!(!receives("elsewhere", &count));
}

#[test]
fn more_guards_leave_a_hook_at_its_place() {
    let order = Arc::new(Mutex::new(Vec::new()));
    let named = |name: &'static str| {
        let order = Arc::clone(&order);
        let hook = create_hook().init(move |resource| {
            if resource.kind() == "ordered" {
                order.lock().unwrap().push(name);
            }
        });
        hook.build()
    };
    let (first, second) = (named("first"), named("second"));
    let guard = first.enable_scoped();
    let _second = second.enable_scoped();
    let _first = first.enable_scoped();
    drop(guard);
    drop(AsyncResource::new("ordered"));
    assert_eq!(*order.lock().unwrap(), ["first", "second"]);
}

#[test]
fn a_guard_made_or_dropped_in_a_hook_takes_effect_with_the_next_event() {
    let (hook, count) = counting("in a hook");
    let guard: Arc<Mutex<Option<EnabledHook>>> = Arc::default();
    let (scoped, kept) = (hook.clone(), Arc::clone(&guard));
    let switch = create_hook().init(move |resource| {
        let mut kept = kept.lock().unwrap();
        match resource.kind() {
            "in a hook" if kept.is_none() => *kept = Some(scoped.enable_scoped()),
            "in a hook" => *kept = None,
            _ => {}
        }
    });
    let _switch = switch.build().enable_scoped();
    assert!(!receives("in a hook", &count), "the hooks of an event are fixed when it begins");
    assert!(hook.is_enabled());
    assert!(receives("in a hook", &count), "the guard is dropped in this event");
    assert!(!hook.is_enabled());
    assert!(!receives("in a hook", &count), "and made again in this one");
    drop(guard.lock().unwrap().take());
}

#[test]
fn a_hook_may_own_its_guard() {
    #[derive(Default)]
    struct Own {
        guard: OnceLock<EnabledHook>,
        is_alive: Arc<()>,
    }
    impl Hook for Own {
        fn init(&self, _: &Resource) {}
    }
    // In a process of its own, where no other thread has a copy of the hook.
    let child = in_child("a_hook_may_own_its_guard", || {
        let own = Arc::new(Own::default());
        let is_alive: Weak<()> = Arc::downgrade(&own.is_alive);
        let hook = AsyncHook::new(Arc::clone(&own));
        own.guard.set(hook.enable_scoped()).unwrap();
        drop(own);
        assert!(hook.is_enabled() && is_alive.strong_count() == 1);
        hook.disable();
        drop(hook);
        say(is_alive.strong_count());
    });
    assert!(child.succeeded, "{child:?}");
    assert_eq!(child.said(), ["0"], "the guard keeps nothing alive");
}

#[test]
fn guards_made_and_dropped_on_many_threads_leave_the_hook_disabled() {
    const THREADS: usize = 8;
    let (hook, count) = counting("many threads");
    let barrier = Barrier::new(THREADS);
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                barrier.wait();
                for _ in 0..2_000 {
                    let guard = hook.enable_scoped();
                    let another = hook.enable_scoped();
                    drop(guard);
                    assert!(hook.is_enabled());
                    drop(another);
                }
            });
        }
    });
    assert!(!hook.is_enabled() && !receives("many threads", &count));
}

#[test]
fn a_panic_of_the_hook_ends_its_guards() {
    let child = in_child("a_panic_of_the_hook_ends_its_guards", || {
        panic::set_hook(Box::new(|_| {}));
        let calls = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&calls);
        let hook = create_hook().init(move |_| {
            if counted.fetch_add(1, Ordering::Relaxed) == 0 {
                panic_any("on purpose");
            }
        });
        let hook = hook.build();
        let guard = hook.enable_scoped();
        drop(AsyncResource::new("job"));
        assert!(!hook.is_enabled());
        hook.enable();
        drop(guard);
        assert!(hook.is_enabled());
        drop(AsyncResource::new("job"));
        say(calls.load(Ordering::Relaxed));
    });
    assert!(child.succeeded, "{child:?}");
    assert_eq!((child.said(), child.reports().len()), (vec!["2"], 1), "{child:?}");
}

#[test]
fn the_guard_of_a_hook_that_could_not_be_enabled_does_nothing() {
    struct Unwilling(AtomicUsize);
    impl Hook for Unwilling {
        fn events(&self) -> Events {
            if self.0.fetch_add(1, Ordering::Relaxed) == 0 {
                panic_any("on purpose");
            }
            Events::INIT
        }
    }
    let child = in_child("the_guard_of_a_hook_that_could_not_be_enabled_does_nothing", || {
        panic::set_hook(Box::new(|_| {}));
        let hook = AsyncHook::new(Unwilling(AtomicUsize::new(0)));
        let guard = hook.enable_scoped();
        assert!(!hook.is_enabled());
        let second = hook.enable_scoped();
        drop(guard);
        assert!(hook.is_enabled());
        drop(second);
        say(hook.is_enabled());
    });
    assert!(child.succeeded, "{child:?}");
    assert_eq!((child.said(), child.reports().len()), (vec!["false"], 1), "{child:?}");
}
