//! An allocator is foreign code, and it may use the library.
//!
//! Nothing is allocated or freed while the list of hooks is locked, and each destroy in an allocator is delivered.
//!
//! The allocator of this program logs each call, and the logger below runs an action of the test. So the action runs
//! inside `alloc`, `realloc` and `dealloc`, without `unsafe`.

mod recorder;

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, mpsc};
use std::thread;
use std::time::Duration;

use async_hooks_core::{AsyncHook, AsyncId, AsyncResource, ForeignContext, Hook, Resource, create_hook, propagate};
use log::{LevelFilter, Log, Metadata, Record};
use logging_allocator::LoggingAllocator;

use recorder::Recorder;

#[global_allocator]
static ALLOCATOR: LoggingAllocator = LoggingAllocator::new();

type Action = &'static dyn Fn();

thread_local! {
    /// What the allocator does on this thread.
    ///
    /// Taken out while it runs, so it does not run inside itself.
    static ACTION: Cell<Option<Action>> = const { Cell::new(None) };
    static CALLS: Cell<usize> = const { Cell::new(0) };
    static PANICS: Cell<usize> = const { Cell::new(0) };
}

struct Logger;

impl Log for Logger {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn log(&self, _: &Record<'_>) {
        let Some(action) = ACTION.take() else { return };
        CALLS.set(CALLS.get() + 1);
        // An allocator must not unwind.
        if catch_unwind(AssertUnwindSafe(action)).is_err() {
            PANICS.set(PANICS.get() + 1);
        }
        ACTION.set(Some(action));
    }

    fn flush(&self) {}
}

/// Runs `action` at each allocator call of `work`, and returns the number of calls.
fn with_allocator(action: impl Fn() + 'static, work: impl FnOnce()) -> usize {
    let action: Action = Box::leak(Box::new(action));
    CALLS.set(0);
    ACTION.set(Some(action));
    work();
    ACTION.set(None);
    assert_eq!(PANICS.take(), 0, "the library panicked in the allocator");
    CALLS.get()
}

/// Runs the test on a thread of its own, which a deadlock leaves behind.
///
/// One at a time: hooks are process-global.
fn without_deadlock(test: impl FnOnce() + Send + 'static) {
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    let _alone: MutexGuard<'_, ()> = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    let _ = log::set_logger(&Logger);
    log::set_max_level(LevelFilter::Trace);
    ALLOCATOR.enable_logging();
    let (send, ended) = mpsc::channel();
    let running = thread::spawn(move || {
        let outcome = catch_unwind(AssertUnwindSafe(test));
        send.send(outcome.is_ok()).unwrap_or_default();
    });
    match ended.recv_timeout(Duration::from_secs(30)) {
        Ok(is_passed) => assert!(running.join().is_ok() && is_passed),
        Err(_) => panic!("the thread is stuck"),
    }
}

fn enable(hooks: &[AsyncHook]) {
    for hook in hooks {
        hook.enable();
    }
}

fn disable(hooks: &[AsyncHook]) {
    for hook in hooks {
        hook.disable();
    }
}

/// Disables the hook if it is enabled, and otherwise enables it.
fn toggle(hook: &AsyncHook) {
    if hook.is_enabled() {
        hook.disable();
    } else {
        hook.enable();
    }
}

fn idle_hook() -> AsyncHook {
    create_hook().init(|_| {}).destroy(|_| {}).build()
}

fn hooks(count: usize) -> Vec<AsyncHook> {
    (0..count).map(|_| idle_hook()).collect()
}

#[test]
fn an_allocator_may_ask_for_enable_and_disable_hooks_while_hooks_change() {
    without_deadlock(|| {
        let (toggled, asked) = (idle_hook(), idle_hook());
        let hooks = hooks(100);
        let use_hooks = move || {
            assert!(!asked.is_enabled());
            asked.disable();
            toggle(&toggled);
        };
        let calls = with_allocator(use_hooks, || {
            for _ in 0..10 {
                enable(&hooks);
                assert!(hooks.iter().all(AsyncHook::is_enabled));
                drop(AsyncResource::new("job"));
                disable(&hooks);
                assert!(!hooks.iter().any(AsyncHook::is_enabled));
            }
        });
        assert!(calls > 100);
    });
}

#[test]
fn an_allocator_that_enables_a_hook_at_each_call_keeps_no_other_from_being_enabled() {
    without_deadlock(|| {
        let many = hooks(1_000);
        let (unused, all) = (RefCell::new(many.clone()), many);
        let enable_one = move || {
            if let Some(hook) = unused.borrow_mut().pop() {
                hook.enable();
            }
        };
        let hook = idle_hook();
        let calls = with_allocator(enable_one, || {
            assert!(hook.enable().is_enabled());
            drop(AsyncResource::new("job"));
            assert!(!hook.disable().is_enabled());
        });
        assert!(calls > 0);
        disable(&all);
    });
}

#[test]
fn hooks_run_in_the_order_of_enabling_whatever_the_allocator_enables_meanwhile() {
    without_deadlock(|| {
        let order: Arc<Mutex<Vec<usize>>> = Arc::default();
        let numbered = |number| {
            let order = Arc::clone(&order);
            create_hook().init(move |_| order.lock().map(|mut order| order.push(number)).unwrap_or_default()).build()
        };
        let hooks: Vec<_> = (0..200).map(numbered).collect();
        let toggled = idle_hook();
        with_allocator(move || toggle(&toggled), || enable(&hooks));
        drop(AsyncResource::new("job"));
        disable(&hooks);
        assert_eq!(*order.lock().unwrap(), (0..200).collect::<Vec<_>>());
    });
}

#[test]
fn an_allocator_may_create_and_destroy_resources_while_hooks_change_and_listen() {
    without_deadlock(|| {
        let (recorder, hooks) = (Recorder::start(), hooks(100));
        enable(&hooks);
        for pair in hooks.chunks(2) {
            // After this the thread's copy of the hooks is outdated, so an event in the allocator needs a new one.
            pair[0].disable();
            let make_one = || AsyncResource::new("made in the allocator").run_in_async_scope(|| {});
            let calls = with_allocator(make_one, || {
                pair[1].disable();
                drop(AsyncResource::new("job"));
            });
            assert!(calls > 0);
        }
        assert_eq!(recorder.of_kinds(&["job"]), ["init job", "destroy job"].repeat(50));
        let lines = recorder.of_kinds(&["made in the allocator"]);
        let count = |event| lines.iter().filter(|line| line.starts_with(event)).count();
        assert_eq!(count("init"), count("destroy"));
    });
}

/// Drops its resources at the `init` of a `"dropper"`, and stores ids of destroyed `"row"`s.
#[derive(Default)]
struct Dropper {
    held: Mutex<Vec<AsyncResource>>,
    destroyed: Mutex<Vec<AsyncId>>,
}

impl Hook for Dropper {
    fn init(&self, resource: &Resource) {
        if resource.kind() == "dropper" {
            let held = self.held.lock().map(|mut held| held.split_off(0));
            drop(held.unwrap_or_default());
        }
    }

    fn destroy(&self, resource: &Resource) {
        if resource.kind() == "row" {
            self.destroyed.lock().map(|mut destroyed| destroyed.push(resource.async_id())).unwrap_or_default();
        }
    }
}

fn rows(count: usize) -> Vec<AsyncResource> {
    (0..count).map(|_| AsyncResource::new("row")).collect()
}

fn ids(resources: &[AsyncResource]) -> Vec<AsyncId> {
    resources.iter().map(AsyncResource::async_id).collect()
}

#[test]
fn an_allocator_may_destroy_resources_while_a_hook_destroys_others() {
    without_deadlock(|| {
        let dropper = Arc::new(Dropper::default());
        let hook = AsyncHook::new(Arc::clone(&dropper));
        let (held, of_the_allocator) = (rows(100), RefCell::new(VecDeque::from(rows(10))));
        let mut expected = [ids(&held), ids(of_the_allocator.borrow().as_slices().0)].concat();
        dropper.held.lock().unwrap().extend(held);
        hook.enable();
        let drop_one = move || {
            let next = of_the_allocator.borrow_mut().pop_front();
            drop(next);
        };
        let calls = with_allocator(drop_one, || drop(AsyncResource::new("dropper")));
        hook.disable();
        assert!(calls >= 10, "the allocator was called {calls} times");
        let mut destroyed = dropper.destroyed.lock().unwrap().clone();
        destroyed.sort();
        expected.sort();
        assert_eq!(destroyed, expected);
    });
}

#[test]
fn an_allocator_may_use_everything_at_the_end_of_a_thread() {
    static HOOK: OnceLock<AsyncHook> = OnceLock::new();
    without_deadlock(|| {
        let hook = HOOK.get_or_init(idle_hook);
        let use_everything = || {
            drop(AsyncResource::new("made in the allocator"));
            if let Some(hook) = HOOK.get() {
                hook.disable().enable();
            }
        };
        let thread = thread::spawn(move || {
            hook.enable();
            drop(AsyncResource::new("job"));
            ACTION.set(Some(Box::leak(Box::new(use_everything))));
        });
        assert!(thread.join().is_ok());
        hook.disable();
    });
}

/// Carries nothing but itself along.
struct Carried;

impl ForeignContext for Carried {
    type Value = ();
    type Guard = u32;

    fn capture(&self) -> Option<()> {
        Some(())
    }

    fn attach(&self, _: &()) -> u32 {
        7
    }
}

fn nested(resources: &[AsyncResource]) {
    if let [outer, inner @ ..] = resources {
        outer.run_in_async_scope(|| nested(inner));
    }
}

#[test]
fn an_allocator_may_run_resources_while_foreign_contexts_are_attached() {
    without_deadlock(|| {
        let _enabled = propagate(Carried).enable_scoped();
        let (resources, of_the_allocator) = (rows(100), AsyncResource::new("row"));
        let calls = with_allocator(move || of_the_allocator.run_in_async_scope(|| ()), || nested(&resources));
        assert!(calls > 0);
    });
}

#[test]
fn a_foreign_context_is_attached_again_without_an_allocation() {
    without_deadlock(|| {
        let _enabled = propagate(Carried).enable_scoped();
        let resources = rows(3);
        nested(&resources);
        assert_eq!(with_allocator(|| (), || nested(&resources)), 0);
    });
}
