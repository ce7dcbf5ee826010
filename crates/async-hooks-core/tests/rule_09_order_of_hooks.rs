//! Rule: hooks run in the order of enabling, for every event.
//!
//! The set of hooks is fixed while one event is delivered; `enable` and `disable` inside a hook take effect with the
//! next event. Enabling twice is once; disable + enable moves to the end. A hook enabled late sees
//! `before`/`after`/`destroy` of resources whose `init` it missed.

mod polling;
mod recorder;

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, mpsc};
use std::thread;

use async_hooks_core::{AsyncHook, AsyncResource, Events, FutureExt as _, Hook, Resource, create_hook};

use polling::{complete, pause};
use recorder::Recorder;

const EVENTS: [&str; 5] = ["init", "before", "resolve", "after", "destroy"];

/// The events that named hooks received of one kind of resource, in order, as `"a init"`.
#[derive(Clone)]
struct Log {
    kind: &'static str,
    lines: Arc<Mutex<Vec<String>>>,
}

impl Log {
    fn of(kind: &'static str) -> Self {
        Log { kind, lines: Arc::default() }
    }

    fn hook(&self, name: &'static str) -> AsyncHook {
        self.hook_doing(name, |_| {})
    }

    /// A hook that logs an event, and then does something about it.
    fn hook_doing(&self, name: &'static str, action: impl Fn(&str) + Clone + Send + Sync + 'static) -> AsyncHook {
        let note = |event: &'static str| {
            let (log, action) = (self.clone(), action.clone());
            move |resource: &Resource| {
                if resource.kind() == log.kind {
                    log.push(format!("{name} {event}"));
                    action(event);
                }
            }
        };
        let builder = create_hook().init(note("init")).before(note("before")).after(note("after"));
        builder.resolve(note("resolve")).destroy(note("destroy")).build()
    }

    fn push(&self, line: String) {
        match self.lines.lock() {
            Ok(mut lines) => lines.push(line),
            Err(_) => unreachable!("nothing panics with the lines in hand"),
        }
    }

    fn take(&self) -> Vec<String> {
        self.lines.lock().map(|mut lines| lines.split_off(0)).unwrap_or_default()
    }

    /// All five events of one more resource.
    fn round(&self) -> Vec<String> {
        complete(async {}.in_async_resource(self.kind));
        self.take()
    }
}

fn lines(hooks: &[&str], events: &[&str]) -> Vec<String> {
    events.iter().flat_map(|event| hooks.iter().map(move |hook| format!("{hook} {event}"))).collect()
}

/// Hooks that are enabled and disabled by a test, and surely disabled at its end.
struct Enabled(Vec<AsyncHook>);

impl Enabled {
    fn enable_all(&self) {
        for hook in &self.0 {
            hook.enable();
        }
    }
}

impl Drop for Enabled {
    fn drop(&mut self) {
        for hook in &self.0 {
            hook.disable();
        }
    }
}

#[test]
fn hooks_run_in_the_order_of_enabling_for_every_event() {
    let log = Log::of("order");
    let hooks = Enabled(vec![log.hook("a"), log.hook("b"), log.hook("c")]);
    for index in [1, 0, 2] {
        hooks.0[index].enable();
    }
    assert_eq!(log.round(), lines(&["b", "a", "c"], &EVENTS));
}

#[test]
fn enabling_twice_is_once() {
    let log = Log::of("twice");
    let hooks = Enabled(vec![log.hook("a"), log.hook("b")]);
    hooks.0[0].enable();
    hooks.0[1].enable();
    hooks.0[0].enable().enable();
    hooks.0[0].clone().enable();
    assert_eq!(log.round(), lines(&["a", "b"], &EVENTS));
    hooks.0[0].disable();
    assert!(!hooks.0[0].is_enabled());
    assert_eq!(log.round(), lines(&["b"], &EVENTS));
    hooks.0[0].disable().disable();
    assert_eq!(log.round(), lines(&["b"], &EVENTS));
}

#[test]
fn disabling_and_enabling_moves_to_the_end() {
    let log = Log::of("moved");
    let hooks = Enabled(vec![log.hook("a"), log.hook("b")]);
    hooks.enable_all();
    hooks.0[0].disable().enable();
    assert_eq!(log.round(), lines(&["b", "a"], &EVENTS));
}

#[test]
fn a_hook_is_created_disabled_and_its_clones_are_one() {
    let log = Log::of("clones");
    let hook = log.hook("a");
    assert!(!hook.is_enabled());
    assert!(log.round().is_empty());
    let clone = hook.clone();
    assert!(clone.enable().is_enabled() && hook.is_enabled());
    assert!(!hook.disable().is_enabled() && !clone.is_enabled());
}

#[test]
fn dropping_the_handles_leaves_an_enabled_hook_enabled() {
    let log = Log::of("handles dropped");
    let stop = Arc::new(AtomicBool::new(false));
    // With its handles gone a hook can only end itself.
    let own: Arc<OnceLock<AsyncHook>> = Arc::default();
    let (stopped, myself) = (Arc::clone(&stop), Arc::downgrade(&own));
    let hook = log.hook_doing("a", move |_| {
        let own = myself.upgrade().filter(|_| stopped.load(Ordering::Relaxed));
        if let Some(own) = own.as_deref().and_then(OnceLock::get) {
            own.disable();
        }
    });
    hook.enable();
    drop(hook.clone());
    own.set(hook).unwrap();
    assert_eq!(log.round(), lines(&["a"], &EVENTS));
    stop.store(true, Ordering::Relaxed);
    assert_eq!(log.round(), ["a init"]);
}

#[test]
fn a_scoped_enabling_ends_with_its_guard() {
    let log = Log::of("scoped");
    let enabled = log.hook("a").enable_scoped();
    assert_eq!(log.round(), lines(&["a"], &EVENTS));
    drop(enabled);
    assert!(log.round().is_empty());
}

#[test]
fn a_hook_enabled_in_a_hook_receives_the_next_event_first() {
    for on in EVENTS {
        let log = Log::of("enabled inside");
        let late = log.hook("late");
        let enabling = late.clone();
        let early = log.hook_doing("early", move |event| {
            if event == on {
                enabling.enable();
            }
        });
        let hooks = Enabled(vec![early, late]);
        hooks.0[0].enable();
        let position = EVENTS.iter().position(|event| *event == on).unwrap() + 1;
        let expected =
            [lines(&["early"], &EVENTS[..position]), lines(&["early", "late"], &EVENTS[position..])].concat();
        assert_eq!(log.round(), expected, "enabled in {on}");
    }
}

#[test]
fn a_hook_disabled_in_a_hook_still_receives_this_event() {
    for on in EVENTS {
        let log = Log::of("disabled inside");
        let late = log.hook("late");
        let disabling = late.clone();
        let early = log.hook_doing("early", move |event| {
            if event == on {
                disabling.disable();
            }
        });
        let hooks = Enabled(vec![early, late]);
        hooks.enable_all();
        let position = EVENTS.iter().position(|event| *event == on).unwrap() + 1;
        let expected =
            [lines(&["early", "late"], &EVENTS[..position]), lines(&["early"], &EVENTS[position..])].concat();
        assert_eq!(log.round(), expected, "disabled in {on}");
    }
}

#[test]
fn a_hook_that_moves_itself_to_the_end_runs_once_an_event() {
    let log = Log::of("moves itself");
    let own: Arc<OnceLock<AsyncHook>> = Arc::default();
    let myself = Arc::clone(&own);
    let restless = log.hook_doing("restless", move |_| {
        if let Some(own) = myself.get() {
            own.disable().enable();
        }
    });
    own.set(restless.clone()).unwrap();
    let hooks = Enabled(vec![restless, log.hook("calm")]);
    hooks.enable_all();
    let first = lines(&["restless", "calm"], &EVENTS[..1]);
    let rest = lines(&["calm", "restless"], &EVENTS[1..]);
    assert_eq!(log.round(), [first, rest].concat());
}

#[test]
fn a_hook_enabled_late_receives_events_of_resources_whose_init_it_missed() {
    let early = AsyncResource::new("missed");
    let future = async { pause().await }.in_async_resource("missed future");
    let (id, future_id) = (early.async_id(), future.resource().async_id());
    let recorder = Recorder::start();
    early.run_in_async_scope(|| {});
    drop(early);
    complete(future);
    assert_eq!(recorder.of(id), ["before", "after", "destroy"]);
    assert_eq!(recorder.of(future_id), ["before", "after", "before", "resolve", "after", "destroy"]);
    assert_eq!(recorder.the("destroy", id).resource.kind(), "missed");
}

#[test]
fn a_hook_enabled_inside_a_scope_receives_its_after() {
    let resource = AsyncResource::new("half seen");
    let recorder = resource.run_in_async_scope(Recorder::start);
    assert_eq!(recorder.of(resource.async_id()), ["after"]);
}

#[test]
fn a_hook_disabled_inside_a_scope_receives_no_after() {
    let log = Log::of("half heard");
    let hook = log.hook("a");
    let resource = AsyncResource::new(log.kind);
    hook.enable();
    resource.run_in_async_scope(|| {
        hook.disable();
    });
    assert_eq!(log.take(), ["a before"]);
}

#[test]
fn a_hook_receives_only_the_events_it_wants() {
    for wanted in EVENTS {
        let log = Log::of("wanted");
        let note = |event: &'static str| {
            let log = log.clone();
            move |resource: &Resource| {
                if resource.kind() == log.kind {
                    log.push(format!("a {event}"));
                }
            }
        };
        let builder = match wanted {
            "init" => create_hook().init(note("init")),
            "before" => create_hook().before(note("before")),
            "resolve" => create_hook().resolve(note("resolve")),
            "after" => create_hook().after(note("after")),
            _ => create_hook().destroy(note("destroy")),
        };
        let _enabled = builder.build().enable_scoped();
        assert_eq!(log.round(), [format!("a {wanted}")]);
    }
}

#[test]
fn a_hook_that_wants_nothing_is_enabled_and_receives_nothing() {
    struct Deaf(Arc<AtomicUsize>);
    impl Hook for Deaf {
        fn init(&self, _: &Resource) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }

        fn events(&self) -> Events {
            Events::NONE
        }
    }
    let heard = Arc::new(AtomicUsize::new(0));
    let deaf = AsyncHook::new(Deaf(Arc::clone(&heard)));
    let enabled = deaf.enable_scoped();
    assert!(deaf.is_enabled());
    drop(AsyncResource::new("unheard"));
    drop(enabled);
    assert_eq!(heard.load(Ordering::Relaxed), 0);
    let empty = create_hook().build();
    assert!(empty.enable().is_enabled() && !empty.disable().is_enabled());
}

#[test]
fn a_hook_is_asked_for_its_events_once_at_each_enabling() {
    #[derive(Default)]
    struct Asked {
        times: Arc<AtomicUsize>,
        heard: Arc<Mutex<Vec<&'static str>>>,
    }
    impl Asked {
        fn record(&self, event: &'static str, resource: &Resource) {
            if resource.kind() == "asked" {
                self.heard.lock().map(|mut heard| heard.push(event)).unwrap_or_default();
            }
        }
    }
    impl Hook for Asked {
        fn init(&self, resource: &Resource) {
            self.record("init", resource);
        }

        fn destroy(&self, resource: &Resource) {
            self.record("destroy", resource);
        }

        fn events(&self) -> Events {
            match self.times.fetch_add(1, Ordering::Relaxed) {
                0 => Events::INIT,
                _ => Events::DESTROY,
            }
        }
    }
    let asked = Asked::default();
    let (times, heard) = (Arc::clone(&asked.times), Arc::clone(&asked.heard));
    let hook = AsyncHook::new(asked);
    assert_eq!(times.load(Ordering::Relaxed), 0);
    hook.enable().enable();
    for _ in 0..3 {
        drop(AsyncResource::new("asked"));
    }
    assert_eq!((times.load(Ordering::Relaxed), heard.lock().unwrap().split_off(0)), (1, vec!["init"; 3]));
    hook.disable().enable();
    drop(AsyncResource::new("asked"));
    hook.disable();
    assert_eq!((times.load(Ordering::Relaxed), heard.lock().unwrap().split_off(0)), (2, vec!["destroy"]));
}

#[test]
fn events_of_other_threads_reach_a_hook_too() {
    let recorder = Recorder::start();
    let id = polling::alone(|| AsyncResource::new("elsewhere").async_id());
    assert_eq!(recorder.of(id), ["init", "destroy"]);
}

#[test]
fn a_thread_with_a_copy_of_the_list_calls_hooks_enabled_elsewhere_and_no_disabled_ones() {
    let log = Log::of("changed elsewhere");
    let (first, second) = (log.hook("first"), log.hook("second"));
    let hooks = Enabled(vec![first, second]);
    hooks.0[0].enable();
    let (go, turn) = mpsc::channel();
    let (done, heard) = mpsc::channel();
    let in_thread = log.clone();
    thread::scope(|scope| {
        scope.spawn(move || {
            for () in turn {
                done.send(in_thread.round()).unwrap();
            }
        });
        go.send(()).unwrap();
        assert_eq!(heard.recv().unwrap(), lines(&["first"], &EVENTS));
        hooks.0[1].enable();
        go.send(()).unwrap();
        assert_eq!(heard.recv().unwrap(), lines(&["first", "second"], &EVENTS));
        hooks.0[0].disable();
        go.send(()).unwrap();
        assert_eq!(heard.recv().unwrap(), lines(&["second"], &EVENTS));
        drop(go);
    });
}

#[test]
fn hooks_enabled_and_disabled_while_other_threads_create_lose_and_double_nothing() {
    const EACH: usize = 25_000;
    struct Counter(Arc<[AtomicUsize; 2]>);
    impl Hook for Counter {
        fn init(&self, resource: &Resource) {
            if resource.kind() == "storm" {
                self.0[0].fetch_add(1, Ordering::Relaxed);
            }
        }

        fn destroy(&self, resource: &Resource) {
            if resource.kind() == "storm" {
                self.0[1].fetch_add(1, Ordering::Relaxed);
            }
        }

        fn events(&self) -> Events {
            Events::INIT | Events::DESTROY
        }
    }
    let counter = || {
        let counts: Arc<[AtomicUsize; 2]> = Arc::default();
        (AsyncHook::new(Counter(Arc::clone(&counts))), counts)
    };
    let ((steady, all), (restless, some)) = (counter(), counter());
    let _enabled = steady.enable_scoped();
    let storming = AtomicUsize::new(4);
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                (0..EACH).for_each(|_| drop(AsyncResource::new("storm")));
                storming.fetch_sub(1, Ordering::Relaxed);
            });
        }
        while storming.load(Ordering::Relaxed) > 0 {
            restless.enable();
            restless.disable();
        }
    });
    let heard = |counts: &[AtomicUsize; 2]| counts.each_ref().map(|count| count.load(Ordering::Relaxed));
    assert_eq!(heard(&all), [4 * EACH; 2]);
    assert!(heard(&some).iter().all(|some| *some <= 4 * EACH));
}

#[test]
fn no_lock_is_held_while_hooks_run() {
    let log = Log::of("no lock");
    let other = log.hook("other");
    let (entered, is_inside) = mpsc::channel();
    let (leave, may_leave) = mpsc::channel::<()>();
    let (entered, may_leave) = (Mutex::new(entered), Mutex::new(may_leave));
    let waiting = create_hook().init(move |resource| {
        if resource.kind() == "waited for" {
            entered.lock().unwrap().send(()).unwrap();
            may_leave.lock().unwrap().recv().unwrap();
        }
    });
    let waiting = waiting.build();
    let hooks = Enabled(vec![waiting, other]);
    hooks.0[0].enable();
    thread::scope(|scope| {
        scope.spawn(|| AsyncResource::new("waited for"));
        is_inside.recv().unwrap();
        // All of this would stand still if the waiting hook held anything.
        hooks.0[1].enable();
        assert_eq!(log.round(), lines(&["other"], &EVENTS));
        hooks.0[1].disable();
        assert!(hooks.0[0].is_enabled() && !hooks.0[1].is_enabled());
        hooks.0[0].disable();
        leave.send(()).unwrap();
    });
}

#[test]
fn a_disabled_hook_without_handles_is_let_go() {
    let witness = Arc::new(());
    let held = Arc::clone(&witness);
    let hook = create_hook().init(move |_| drop(Arc::clone(&held))).build();
    hook.enable();
    drop(AsyncResource::new("job"));
    hook.disable();
    drop(hook);
    // A thread in the midst of an event may hold the old set a moment longer.
    while Arc::strong_count(&witness) > 1 {
        thread::yield_now();
    }
}
