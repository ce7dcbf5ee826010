//! Rule: a hook that panics is caught, disabled and reported in one stderr line.
//!
//! The program's panic hook prints besides. Other hooks and the program go on. No lock is held while hooks run.

mod child;
mod polling;
mod recorder;

use std::panic::{self, AssertUnwindSafe, catch_unwind, panic_any};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier, Mutex, OnceLock, mpsc};
use std::thread;

use async_hooks_core::{
    AsyncHook, AsyncId, AsyncResource, Events, FutureExt as _, Hook, Resource, create_hook, execution_async_id,
};

use child::{in_child, say};
use polling::{OnDrop, complete};
use recorder::Recorder;

const EVENTS: [&str; 5] = ["init", "before", "resolve", "after", "destroy"];

/// Panics at one event, and counts how often it received it.
struct Panicking {
    at: &'static str,
    how: fn(),
    told: Arc<AtomicUsize>,
}

impl Panicking {
    fn hook(at: &'static str, how: fn()) -> (AsyncHook, Arc<AtomicUsize>) {
        let told = Arc::default();
        (AsyncHook::new(Panicking { at, how, told: Arc::clone(&told) }), told)
    }

    fn told(&self, event: &str, resource: &Resource) {
        if event == self.at && resource.kind() == "job" {
            self.told.fetch_add(1, Ordering::Relaxed);
            (self.how)();
        }
    }
}

impl Hook for Panicking {
    fn init(&self, resource: &Resource) {
        self.told("init", resource);
    }

    fn before(&self, resource: &Resource) {
        self.told("before", resource);
    }

    fn resolve(&self, resource: &Resource) {
        self.told("resolve", resource);
    }

    fn after(&self, resource: &Resource) {
        self.told("after", resource);
    }

    fn destroy(&self, resource: &Resource) {
        self.told("destroy", resource);
    }
}

/// Every event of one resource; returns what a program would.
fn job() -> (AsyncId, AsyncId) {
    let future = async { execution_async_id() }.in_async_resource("job");
    (future.resource().async_id(), complete(future))
}

fn quiet() {
    panic::set_hook(Box::new(|_| {}));
}

#[test]
fn a_panic_in_any_event_is_caught_reported_in_one_line_and_ends_the_hook() {
    let test = "a_panic_in_any_event_is_caught_reported_in_one_line_and_ends_the_hook";
    let child = in_child(test, || {
        quiet();
        for event in EVENTS {
            let (hook, told) = Panicking::hook(event, || panic_any("on purpose"));
            let (before, _) = (Recorder::start(), hook.enable());
            let behind = Recorder::start();
            let (id, executed) = job();
            assert_eq!(id, executed);
            assert!(!hook.is_enabled());
            job();
            assert_eq!(told.load(Ordering::Relaxed), 1);
            for recorder in [before, behind] {
                assert_eq!(recorder.of(id), ["init", "before", "resolve", "after", "destroy"]);
            }
        }
        say("went on");
    });
    assert!(child.succeeded, "{child:?}");
    assert_eq!(child.said(), ["went on"]);
    let reports = child.reports();
    assert_eq!(reports.len(), EVENTS.len(), "{reports:?}");
    for (event, report) in EVENTS.iter().zip(reports) {
        assert!(report.contains(event) && report.contains("on purpose") && report.contains("job"), "{report}");
    }
    assert_eq!(child.stderr.lines().count(), EVENTS.len(), "nothing else is printed: {}", child.stderr);
}

#[test]
fn what_the_programs_panic_hook_prints_is_besides_our_line() {
    let child = in_child("what_the_programs_panic_hook_prints_is_besides_our_line", || {
        let (hook, _) = Panicking::hook("init", || panic_any("on purpose"));
        hook.enable();
        job();
    });
    assert!(child.succeeded, "{child:?}");
    assert_eq!(child.reports().len(), 1, "{child:?}");
    assert!(child.stderr.contains("rule_11_a_panicking_hook.rs"), "{child:?}");
}

#[test]
fn a_message_of_many_lines_is_reported_in_one() {
    let child = in_child("a_message_of_many_lines_is_reported_in_one", || {
        quiet();
        let (hook, _) = Panicking::hook("before", || assert_eq!("left", "right", "a\nb\r\nc"));
        hook.enable();
        job();
    });
    assert!(child.succeeded, "{child:?}");
    assert_eq!((child.stderr.lines().count(), child.reports().len()), (1, 1), "{}", child.stderr);
}

#[test]
fn a_payload_that_is_no_text_is_reported_too() {
    let child = in_child("a_payload_that_is_no_text_is_reported_too", || {
        quiet();
        let (hook, _) = Panicking::hook("destroy", || panic_any(42));
        hook.enable();
        job();
    });
    assert!(child.succeeded, "{child:?}");
    assert_eq!((child.stderr.lines().count(), child.reports().len()), (1, 1), "{}", child.stderr);
}

#[test]
fn a_hook_that_panics_on_two_threads_at_once_is_reported_once() {
    let child = in_child("a_hook_that_panics_on_two_threads_at_once_is_reported_once", || {
        quiet();
        static BOTH: Barrier = Barrier::new(2);
        let how = || {
            BOTH.wait();
            panic_any("on purpose");
        };
        let (hook, _) = Panicking::hook("init", how);
        hook.enable();
        thread::scope(|scope| {
            scope.spawn(job);
            scope.spawn(job);
        });
        assert!(!hook.is_enabled());
    });
    assert!(child.succeeded, "{child:?}");
    assert_eq!(child.reports().len(), 1, "{}", child.stderr);
}

#[test]
fn a_hook_that_disables_itself_and_then_panics_is_reported() {
    let child = in_child("a_hook_that_disables_itself_and_then_panics_is_reported", || {
        quiet();
        static OWN: OnceLock<AsyncHook> = OnceLock::new();
        let how = || {
            if let Some(own) = OWN.get() {
                own.disable();
            }
            panic_any("on purpose");
        };
        OWN.get_or_init(|| Panicking::hook("init", how).0).enable();
        let (id, executed) = job();
        assert_eq!(id, executed);
        assert!(OWN.get().is_some_and(|own| !own.is_enabled()));
    });
    assert!(child.succeeded, "{child:?}");
    assert_eq!(child.reports().len(), 1, "{}", child.stderr);
}

#[test]
fn a_hook_that_panics_when_asked_for_its_events_is_reported_and_not_enabled() {
    struct Unwilling;
    impl Hook for Unwilling {
        fn events(&self) -> Events {
            panic_any("unwilling")
        }
    }
    let child = in_child("a_hook_that_panics_when_asked_for_its_events_is_reported_and_not_enabled", || {
        quiet();
        let hook = AsyncHook::new(Unwilling);
        assert!(!hook.enable().is_enabled());
        drop(hook.enable_scoped());
        let (id, executed) = job();
        assert_eq!(id, executed);
    });
    assert!(child.succeeded, "{child:?}");
    assert_eq!((child.stderr.lines().count(), child.reports().len()), (2, 2), "{}", child.stderr);
}

#[test]
fn a_payload_whose_drop_panics_is_caught() {
    let child = in_child("a_payload_whose_drop_panics_is_caught", || {
        quiet();
        for event in EVENTS {
            let bomb = || panic_any(OnDrop(|| panic_any(OnDrop(|| panic_any("drop of a drop")))));
            let (hook, _) = Panicking::hook(event, bomb);
            hook.enable();
            let (id, executed) = job();
            assert!(id == executed && !hook.is_enabled());
        }
        say("went on");
    });
    assert!(child.succeeded, "{child:?}");
    assert_eq!((child.said(), child.reports().len()), (vec!["went on"], EVENTS.len()), "{child:?}");
}

#[test]
fn a_hook_that_panics_while_the_program_unwinds_does_not_end_it() {
    let child = in_child("a_hook_that_panics_while_the_program_unwinds_does_not_end_it", || {
        quiet();
        for event in ["init", "before", "after", "destroy"] {
            let (hook, told) = Panicking::hook(event, || panic_any("hook"));
            hook.enable();
            let unwinding = || {
                let _at_unwinding = OnDrop(|| {
                    let resource = AsyncResource::new("job");
                    resource.run_in_async_scope(|| assert_eq!(execution_async_id(), resource.async_id()));
                });
                panic_any("program");
            };
            let outcome = catch_unwind(AssertUnwindSafe(unwinding));
            assert_eq!(outcome.unwrap_err().downcast_ref(), Some(&"program"));
            assert_eq!((told.load(Ordering::Relaxed), hook.is_enabled()), (1, false));
        }
        say("went on");
    });
    assert!(child.succeeded, "{child:?}");
    assert_eq!((child.said(), child.reports().len()), (vec!["went on"], 4), "{child:?}");
}

#[test]
fn the_after_of_a_panicking_poll_may_itself_panic_in_a_hook() {
    let child = in_child("the_after_of_a_panicking_poll_may_itself_panic_in_a_hook", || {
        quiet();
        let (hook, _) = Panicking::hook("after", || panic_any("hook"));
        hook.enable();
        let recorder = Recorder::start();
        let future = async { panic_any("program") }.in_async_resource("job");
        let id = future.resource().async_id();
        let outcome = catch_unwind(AssertUnwindSafe(|| complete(future)));
        assert_eq!(outcome.unwrap_err().downcast_ref(), Some(&"program"));
        assert_eq!(recorder.of(id), ["init", "before", "after", "destroy"]);
        assert_eq!(execution_async_id(), AsyncId::ROOT);
        say("went on");
    });
    assert!(child.succeeded, "{child:?}");
    assert_eq!((child.said(), child.reports().len()), (vec!["went on"], 1), "{child:?}");
}

#[test]
fn several_hooks_that_panic_at_one_event_are_each_reported() {
    let child = in_child("several_hooks_that_panic_at_one_event_are_each_reported", || {
        quiet();
        let hooks: Vec<_> = (0..4).map(|_| Panicking::hook("before", || panic_any("hook")).0).collect();
        let first = Recorder::start();
        for hook in &hooks {
            hook.enable();
        }
        let last = Recorder::start();
        let (id, _) = job();
        assert!(hooks.iter().all(|hook| !hook.is_enabled()));
        for recorder in [first, last] {
            assert_eq!(recorder.of(id), ["init", "before", "resolve", "after", "destroy"]);
        }
    });
    assert!(child.succeeded, "{child:?}");
    assert_eq!(child.reports().len(), 4, "{child:?}");
}

#[test]
fn a_panic_amid_postponed_destroys_loses_none_of_them() {
    let child = in_child("a_panic_amid_postponed_destroys_loses_none_of_them", || {
        quiet();
        let rest = Arc::new(Mutex::new((0..10).map(|_| AsyncResource::new("job")).collect::<Vec<_>>()));
        let held = Arc::clone(&rest);
        let dropping = create_hook().init(move |_| drop(held.lock().unwrap().split_off(0))).build();
        let (panicking, _) = Panicking::hook("destroy", || panic_any("hook"));
        dropping.enable();
        panicking.enable();
        let recorder = Recorder::start();
        let _cause = AsyncResource::new("cause");
        let destroys = recorder.records().iter().filter(|record| record.event == "destroy").count();
        say(destroys);
    });
    assert!(child.succeeded, "{child:?}");
    assert_eq!((child.said(), child.reports().len()), (vec!["10"], 1), "{child:?}");
}

#[test]
fn a_hook_that_panicked_may_be_enabled_again() {
    let child = in_child("a_hook_that_panicked_may_be_enabled_again", || {
        quiet();
        let (hook, told) = Panicking::hook("init", || panic_any("hook"));
        for round in 1..=3 {
            hook.enable();
            job();
            assert_eq!((told.load(Ordering::Relaxed), hook.is_enabled()), (round, false));
        }
    });
    assert!(child.succeeded, "{child:?}");
    assert_eq!(child.reports().len(), 3, "{child:?}");
}

#[test]
fn a_hook_whose_drop_panics_takes_no_thread_with_it() {
    struct Bomb;
    impl Drop for Bomb {
        fn drop(&mut self) {
            panic_any("hook's drop");
        }
    }
    impl Hook for Bomb {}
    let child = in_child("a_hook_whose_drop_panics_takes_no_thread_with_it", || {
        quiet();
        let hook = AsyncHook::new(Bomb);
        hook.enable();
        let (used, is_used) = mpsc::channel();
        let (end, may_end) = mpsc::channel::<()>();
        let worker = thread::spawn(move || {
            job();
            used.send(()).unwrap();
            may_end.recv().unwrap();
        });
        is_used.recv().unwrap();
        // The worker has used the hook, and is now the last to hold it.
        hook.disable();
        drop(hook);
        end.send(()).unwrap();
        worker.join().unwrap();
        say("went on");
    });
    assert!(child.succeeded, "{child:?}");
    assert_eq!(child.said(), ["went on"]);
}

#[test]
fn several_hooks_whose_drops_panic_at_once_take_no_thread_with_them() {
    struct Bomb;
    impl Drop for Bomb {
        fn drop(&mut self) {
            panic_any("hook's drop");
        }
    }
    impl Hook for Bomb {}
    let child = in_child("several_hooks_whose_drops_panic_at_once_take_no_thread_with_them", || {
        quiet();
        let hooks: Vec<_> = (0..3).map(|_| AsyncHook::new(Bomb)).collect();
        for hook in &hooks {
            hook.enable();
        }
        job();
        // From then on this thread's copy of the list is all that holds the hooks.
        polling::alone(move || {
            for hook in hooks {
                hook.disable();
            }
        });
        create_hook().build().enable();
        job();
        say("went on");
    });
    assert!(child.succeeded, "{child:?}");
    assert_eq!(child.said(), ["went on"]);
}

#[test]
fn a_hook_whose_drop_panics_does_not_reach_the_caller_that_enables_another() {
    struct Bomb;
    impl Drop for Bomb {
        fn drop(&mut self) {
            panic_any("hook's drop");
        }
    }
    impl Hook for Bomb {}
    let child = in_child("a_hook_whose_drop_panics_does_not_reach_the_caller_that_enables_another", || {
        quiet();
        let hook = AsyncHook::new(Bomb);
        hook.enable();
        job();
        // Released elsewhere: only this thread's copy of the list still holds it.
        polling::alone(move || {
            hook.disable();
            drop(hook);
        });
        create_hook().build().enable();
        say("went on");
    });
    assert!(child.succeeded, "{child:?}");
    assert_eq!(child.said(), ["went on"]);
}

#[test]
fn a_panic_hook_that_uses_resources_is_no_danger() {
    let child = in_child("a_panic_hook_that_uses_resources_is_no_danger", || {
        panic::set_hook(Box::new(|_| {
            let resource = AsyncResource::new("in the panic hook");
            say(resource.run_in_async_scope(|| execution_async_id() == resource.async_id()));
        }));
        let recorder = Recorder::start();
        let (hook, _) = Panicking::hook("before", || panic_any("hook"));
        hook.enable();
        let (id, executed) = job();
        assert_eq!(id, executed);
        // What the panic hook does inside a hook is not observed.
        assert!(recorder.of_kinds(&["in the panic hook"]).is_empty());
        assert!(catch_unwind(|| panic_any("program")).is_err());
        assert_eq!(recorder.of_kinds(&["in the panic hook"]).len(), 4);
    });
    assert!(child.succeeded, "{child:?}");
    assert_eq!((child.said(), child.reports().len()), (vec!["true", "true"], 1), "{child:?}");
}
