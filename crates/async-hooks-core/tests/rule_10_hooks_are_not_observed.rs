//! Rule: *hooks are not observed*: what a hook does on its thread reaches no hook.
//!
//! A resource it creates is unobserved for life, and so is whatever an unobserved resource creates while executing. One
//! exception: the `destroy` of a resource that hooks have seen, caused inside a hook, is delivered when the current
//! delivery has ended. No recursion, ever.

mod polling;
mod recorder;

use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use async_hooks_core::{
    AsyncHook, AsyncId, AsyncLocal, AsyncResource, Events, FutureExt as _, Hook, Resource, StoreMap, bind, create_hook,
    execution_async_id, trigger_async_id,
};

use polling::{alone, complete, pause, poll};
use recorder::Recorder;

/// Does something at one event of one kind of resource.
struct At<F> {
    event: &'static str,
    kind: &'static str,
    action: F,
}

impl<F: Fn(&Resource) + Send + Sync + 'static> At<F> {
    fn hook(event: &'static str, kind: &'static str, action: F) -> AsyncHook {
        AsyncHook::new(At { event, kind, action })
    }

    fn at(&self, event: &str, resource: &Resource) {
        if (event, resource.kind()) == (self.event, self.kind) {
            (self.action)(resource);
        }
    }
}

impl<F: Fn(&Resource) + Send + Sync + 'static> Hook for At<F> {
    fn init(&self, resource: &Resource) {
        self.at("init", resource);
    }

    fn before(&self, resource: &Resource) {
        self.at("before", resource);
    }

    fn after(&self, resource: &Resource) {
        self.at("after", resource);
    }

    fn resolve(&self, resource: &Resource) {
        self.at("resolve", resource);
    }

    fn destroy(&self, resource: &Resource) {
        self.at("destroy", resource);
    }
}

/// A place for what a hook made, to be used outside.
type Slot<T> = Arc<Mutex<Option<T>>>;

fn put<T>(slot: &Slot<T>, value: T) {
    slot.lock().map(|mut slot| drop(slot.replace(value))).unwrap_or_default();
}

fn take<T>(slot: &Slot<T>) -> Option<T> {
    slot.lock().ok().and_then(|mut slot| slot.take())
}

fn all_events(kind: &'static str) {
    complete(async {}.in_async_resource(kind));
}

#[test]
fn what_a_hook_creates_reaches_no_hook() {
    for event in ["init", "before", "resolve", "after", "destroy"] {
        let before = Recorder::start();
        let _enabled = At::hook(event, "watched", |_| all_events("made in a hook")).enable_scoped();
        let behind = Recorder::start();
        all_events("watched");
        for recorder in [before, behind] {
            assert!(recorder.of_kinds(&["made in a hook"]).is_empty(), "made in {event}");
        }
    }
}

#[test]
fn a_resource_made_in_a_hook_is_unobserved_for_life() {
    let slot = Slot::default();
    let made = Arc::clone(&slot);
    let enabled = At::hook("init", "maker", move |_| put(&made, AsyncResource::new("made"))).enable_scoped();
    let maker = AsyncResource::new("maker");
    drop(enabled);
    let recorder = Recorder::start();
    let made = take(&slot).unwrap();
    let id = made.async_id();
    // It has ids like any other; only the hooks do not receive its events.
    assert!(id > AsyncId::ROOT && id != maker.async_id());
    assert_eq!(made.run_in_async_scope(execution_async_id), id);
    let future = made.scope(async { pause().await });
    alone(move || complete(future));
    assert!(recorder.of(id).is_empty());
}

#[test]
fn a_hook_executes_in_the_scope_it_watches() {
    let slot = Slot::default();
    let made = Arc::clone(&slot);
    let _enabled = At::hook("before", "watched scope", move |_| put(&made, AsyncResource::new("made"))).enable_scoped();
    let watched = AsyncResource::new("watched scope");
    watched.run_in_async_scope(|| {});
    assert_eq!(take(&slot).unwrap().trigger_async_id(), Some(watched.async_id()));
}

#[test]
fn descendants_of_an_unobserved_resource_are_unobserved() {
    let recorder = Recorder::start();
    let slot = Slot::default();
    let made = Arc::clone(&slot);
    let _enabled = At::hook("init", "ancestor", move |_| put(&made, AsyncResource::new("made"))).enable_scoped();
    let observed = AsyncResource::new("ancestor");
    let made = take(&slot).unwrap();
    let (child, bound, explicit) = made.run_in_async_scope(|| {
        let explicit = AsyncResource::builder("descendant").trigger_async_id(observed.async_id()).build();
        (AsyncResource::new("descendant"), bind(|()| AsyncResource::new("descendant")), explicit)
    });
    let grandchild =
        child.run_in_async_scope(|| async { AsyncResource::new("descendant") }.in_async_resource("descendant"));
    let great_grandchild = alone(|| complete(grandchild));
    assert_eq!(explicit.trigger_async_id(), Some(observed.async_id()));
    drop((bound(()), great_grandchild, child, bound, explicit));
    assert!(recorder.of_kinds(&["descendant", "bound-fn"]).is_empty());
}

#[test]
fn an_unobserved_trigger_alone_hides_nothing() {
    let recorder = Recorder::start();
    let slot = Slot::default();
    let made = Arc::clone(&slot);
    let _enabled = At::hook("init", "trigger maker", move |_| put(&made, AsyncResource::new("made"))).enable_scoped();
    let _maker = AsyncResource::new("trigger maker");
    let trigger = take(&slot).unwrap();
    let triggered = AsyncResource::builder("triggered").trigger_async_id(trigger.async_id()).build();
    assert_eq!(recorder.of(triggered.async_id()), ["init"]);
}

#[test]
fn an_observed_resource_used_by_an_unobserved_one_is_still_observed() {
    let recorder = Recorder::start();
    let slot = Slot::default();
    let made = Arc::clone(&slot);
    let _enabled = At::hook("init", "user maker", move |_| put(&made, AsyncResource::new("made"))).enable_scoped();
    let observed = AsyncResource::new("user maker");
    let unobserved = take(&slot).unwrap();
    let late = unobserved.run_in_async_scope(|| observed.run_in_async_scope(|| AsyncResource::new("late")));
    assert_eq!(recorder.of(observed.async_id()), ["init", "before", "after"]);
    assert_eq!(recorder.of(late.async_id()), ["init"]);
}

#[test]
fn a_scope_entered_in_a_hook_reaches_no_hook_and_runs() {
    let recorder = Recorder::start();
    let seen = Slot::default();
    let (note, observed) = (Arc::clone(&seen), Arc::new(AsyncResource::new("entered in a hook")));
    let entered = Arc::clone(&observed);
    let _enabled = At::hook("init", "enterer", move |_| {
        put(&note, entered.run_in_async_scope(|| (execution_async_id(), trigger_async_id())));
    })
    .enable_scoped();
    let _enterer = AsyncResource::new("enterer");
    assert_eq!(take(&seen), Some((observed.async_id(), Some(AsyncId::ROOT))));
    assert_eq!(recorder.of(observed.async_id()), ["init"]);
    observed.run_in_async_scope(|| {});
    assert_eq!(recorder.of(observed.async_id()), ["init", "before", "after"]);
}

#[test]
fn a_poll_in_a_hook_reaches_no_hook_and_its_destroy_does() {
    let recorder = Recorder::start();
    let future = async {}.in_async_resource("polled in a hook");
    let id = future.resource().async_id();
    let slot: Slot<Pin<Box<dyn Future<Output = ()> + Send>>> = Arc::new(Mutex::new(Some(Box::pin(future))));
    let polled = Arc::clone(&slot);
    let _enabled = At::hook("init", "poller", move |_| {
        if let Some(mut future) = take(&polled) {
            assert!(poll(future.as_mut()).is_ready());
        }
    })
    .enable_scoped();
    let poller = AsyncResource::new("poller");
    assert_eq!(recorder.of(id), ["init", "destroy"]);
    assert_eq!(recorder.of(poller.async_id()), ["init"]);
}

#[test]
fn a_destroy_caused_in_a_hook_comes_when_the_delivery_has_ended() {
    let first = Recorder::start();
    let victim = AsyncResource::new("victim");
    let id = victim.async_id();
    let slot = Arc::new(Mutex::new(Some(victim)));
    let held = Arc::clone(&slot);
    let order = Arc::new(Mutex::new(vec![]));
    let (inits, destroys) = (Arc::clone(&order), Arc::clone(&order));
    let _dropping = At::hook("init", "dropper", move |_| drop(take(&held))).enable_scoped();
    let _init = At::hook("init", "dropper", move |_| inits.lock().unwrap().push("init of the dropper")).enable_scoped();
    let _destroy = At::hook("destroy", "victim", move |_| destroys.lock().unwrap().push("destroy")).enable_scoped();
    let dropper = AsyncResource::new("dropper");
    assert_eq!(*order.lock().unwrap(), ["init of the dropper", "destroy"]);
    assert_eq!(first.of(id), ["init", "destroy"]);
    assert_eq!(first.the("destroy", id).executing_id(), AsyncId::ROOT);
    drop(dropper);
}

#[test]
fn a_destroy_emitted_in_a_destroy_hook_is_delivered_once() {
    let recorder = Recorder::start();
    let other = Arc::new(AsyncResource::new("other"));
    let ended = Arc::clone(&other);
    let firsts = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&firsts);
    let emit = move |_: &Resource| {
        counted.fetch_add(usize::from(ended.emit_destroy()), Ordering::Relaxed);
        counted.fetch_add(usize::from(ended.emit_destroy()), Ordering::Relaxed);
    };
    let _enabled = At::hook("destroy", "ender", emit).enable_scoped();
    drop(AsyncResource::new("ender"));
    assert_eq!(firsts.load(Ordering::Relaxed), 1);
    drop(other);
    assert_eq!(recorder.of_kinds(&["ender", "other"]), ["init other", "init ender", "destroy ender", "destroy other"]);
}

#[test]
fn destroys_caused_in_a_hook_come_in_the_order_they_were_caused() {
    let recorder = Recorder::start();
    let held: Vec<_> = (0..20).map(|_| AsyncResource::new("row")).collect();
    let expected: Vec<_> = held.iter().map(AsyncResource::async_id).collect();
    let slot = Arc::new(Mutex::new(Some(held)));
    let dropped = Arc::clone(&slot);
    let _enabled = At::hook("init", "row dropper", move |_| drop(take(&dropped))).enable_scoped();
    let _dropper = AsyncResource::new("row dropper");
    let destroyed =
        recorder.records().into_iter().filter(|record| (record.event, record.resource.kind()) == ("destroy", "row"));
    assert_eq!(destroyed.map(|record| record.id()).collect::<Vec<_>>(), expected);
}

#[test]
fn the_destroy_of_what_a_hook_made_is_not_delivered() {
    let recorder = Recorder::start();
    let _enabled = At::hook("init", "brief maker", |_| drop(AsyncResource::new("brief"))).enable_scoped();
    let _maker = AsyncResource::new("brief maker");
    assert!(recorder.of_kinds(&["brief"]).is_empty());
}

#[test]
fn a_hook_enabled_in_a_hook_receives_the_destroy_caused_there() {
    let victim = AsyncResource::new("late victim");
    let id = victim.async_id();
    let (slot, recorder) = (Arc::new(Mutex::new(Some(victim))), Slot::default());
    let (held, started) = (Arc::clone(&slot), Arc::clone(&recorder));
    let _enabled = At::hook("init", "late dropper", move |_| {
        put(&started, Recorder::start());
        drop(take(&held));
    })
    .enable_scoped();
    let dropper = AsyncResource::new("late dropper");
    let recorder = take(&recorder).unwrap();
    assert_eq!((recorder.of(id), recorder.of(dropper.async_id())), (vec!["destroy"], vec![]));
}

#[test]
fn what_a_hook_does_when_asked_for_its_events_reaches_no_hook() {
    struct Busy(Slot<AsyncResource>);
    impl Hook for Busy {
        fn events(&self) -> Events {
            put(&self.0, AsyncResource::new("made when asked"));
            Events::NONE
        }
    }
    let recorder = Recorder::start();
    let made = Slot::default();
    let _enabled = AsyncHook::new(Busy(Arc::clone(&made))).enable_scoped();
    take(&made).unwrap().run_in_async_scope(|| {});
    assert!(recorder.of_kinds(&["made when asked"]).is_empty());
}

#[test]
fn a_store_map_stays_right_when_a_hook_drops_resources() {
    let stores = StoreMap::new();
    stores.enable();
    let resource = AsyncResource::new("stored");
    resource.run_in_async_scope(|| stores.set(1));
    let slot = Arc::new(Mutex::new(Some(resource)));
    let held = Arc::clone(&slot);
    let _enabled = At::hook("init", "store dropper", move |_| drop(take(&held))).enable_scoped();
    assert_eq!(stores.len(), 1);
    let _dropper = AsyncResource::new("store dropper");
    assert!(stores.is_empty());
}

#[test]
fn a_hook_may_use_locals_of_its_own_and_those_of_the_program() {
    static USER: AsyncLocal<&str> = AsyncLocal::new();
    let seen = Slot::default();
    let note = Arc::clone(&seen);
    let _enabled = At::hook("init", "read", move |_| {
        put(&note, USER.with(|user| USER.run("hook", || (user.copied(), USER.with(|user| user.copied())))));
    })
    .enable_scoped();
    USER.run("program", || {
        drop(AsyncResource::new("read"));
        assert_eq!(USER.get().as_deref(), Some(&"program"));
    });
    assert_eq!(take(&seen), Some((Some("program"), Some("hook"))));
}

#[test]
fn a_thread_spawned_by_a_hook_is_observed() {
    let recorder = Recorder::start();
    let made = Slot::default();
    let note = Arc::clone(&made);
    let _enabled =
        At::hook("init", "spawner", move |_| put(&note, alone(|| AsyncResource::new("on a thread")))).enable_scoped();
    let _spawner = AsyncResource::new("spawner");
    let id = take(&made).unwrap().async_id();
    assert_eq!(recorder.of(id), ["init", "destroy"]);
}

#[test]
fn a_chain_of_destroys_does_not_use_up_the_stack() {
    const LENGTH: usize = 100_000;
    let rest: Arc<Mutex<Vec<AsyncResource>>> = Arc::default();
    let destroyed = Arc::new(AtomicUsize::new(0));
    rest.lock().unwrap().extend((0..LENGTH).map(|_| AsyncResource::new("domino")));
    let (standing, counted) = (Arc::clone(&rest), Arc::clone(&destroyed));
    let hook = create_hook().destroy(move |resource| {
        if resource.kind() == "domino" {
            counted.fetch_add(1, Ordering::Relaxed);
            let next = standing.lock().map(|mut standing| standing.pop()).unwrap_or_default();
            drop(next);
        }
    });
    let _enabled = hook.build().enable_scoped();
    let first = rest.lock().unwrap().pop();
    drop(first);
    assert_eq!(destroyed.load(Ordering::Relaxed), LENGTH);
}

#[test]
fn many_destroys_of_one_hook_are_all_delivered() {
    const MANY: usize = 100_000;
    let rest: Arc<Mutex<Vec<AsyncResource>>> = Arc::default();
    rest.lock().unwrap().extend((0..MANY).map(|_| AsyncResource::new("crowd")));
    let destroyed = Arc::new(AtomicUsize::new(0));
    let (all, counted) = (Arc::clone(&rest), Arc::clone(&destroyed));
    let dropping = At::hook("init", "crowd dropper", move |_| {
        let all = all.lock().map(|mut all| all.split_off(0)).unwrap_or_default();
        drop(all);
    });
    let counting = At::hook("destroy", "crowd", move |_| {
        counted.fetch_add(1, Ordering::Relaxed);
    });
    let (_dropping, _counting) = (dropping.enable_scoped(), counting.enable_scoped());
    let _dropper = AsyncResource::new("crowd dropper");
    assert_eq!(destroyed.load(Ordering::Relaxed), MANY);
}

#[test]
fn a_hook_that_makes_a_resource_at_every_event_does_not_recurse() {
    let depth = Arc::new(AtomicUsize::new(0));
    let deepest = Arc::new(AtomicUsize::new(0));
    let act = |depth: &Arc<AtomicUsize>, deepest: &Arc<AtomicUsize>| {
        let (depth, deepest) = (Arc::clone(depth), Arc::clone(deepest));
        move |resource: &Resource| {
            if resource.kind() == "recursion" {
                deepest.fetch_max(depth.fetch_add(1, Ordering::Relaxed) + 1, Ordering::Relaxed);
                all_events("recursion");
                bind(|()| ())(());
                depth.fetch_sub(1, Ordering::Relaxed);
            }
        }
    };
    let builder = create_hook().init(act(&depth, &deepest)).before(act(&depth, &deepest)).after(act(&depth, &deepest));
    let _enabled = builder.resolve(act(&depth, &deepest)).destroy(act(&depth, &deepest)).build().enable_scoped();
    all_events("recursion");
    assert_eq!(deepest.load(Ordering::Relaxed), 1);
}
