//! Enabling and disabling hooks: their events, the order, and what a hook itself may do.

use std::collections::HashSet;
use std::future::ready;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::thread;

use async_hooks::{
    AsyncHook, AsyncId, AsyncResource, Events, FutureExt as _, Hook, Resource, create_hook, execution_async_id,
};
use futures::executor::block_on;
use tokio::task::yield_now;

use crate::child::passes_in_child;
use crate::runtimes::on_each_runtime;
use crate::told::Told;

const LIFE: [&str; 5] = ["init", "before", "resolve", "after", "destroy"];

/// A resource that lives through all five events.
fn live(kind: &'static str) -> AsyncId {
    let future = ready(()).in_async_resource(kind);
    let id = future.resource().async_id();
    block_on(future);
    id
}

/// Records its events, and declares that it wants fewer.
struct Wants {
    events: Events,
    told: Told,
}

impl Hook for Wants {
    fn init(&self, resource: &Resource) {
        self.told.note("init")(resource);
    }

    fn before(&self, resource: &Resource) {
        self.told.note("before")(resource);
    }

    fn after(&self, resource: &Resource) {
        self.told.note("after")(resource);
    }

    fn resolve(&self, resource: &Resource) {
        self.told.note("resolve")(resource);
    }

    fn destroy(&self, resource: &Resource) {
        self.told.note("destroy")(resource);
    }

    fn events(&self) -> Events {
        self.events
    }
}

// N010: that a callback is a function is for the compiler to see.
#[test]
fn a_hook_receives_only_the_phases_it_has() {
    let _harmless = create_hook().build().enable_scoped();
    // Somebody wants everything, so every event is sent.
    let _all = Told::default().hook().enable_scoped();
    for (event, wanted) in [
        ("init", Events::INIT),
        ("before", Events::BEFORE),
        ("after", Events::AFTER),
        ("resolve", Events::RESOLVE),
        ("destroy", Events::DESTROY),
    ] {
        let (of_closure, of_trait) = (Told::default(), Told::default());
        let note = of_closure.note(event);
        let closure = match event {
            "init" => create_hook().init(note),
            "before" => create_hook().before(note),
            "after" => create_hook().after(note),
            "resolve" => create_hook().resolve(note),
            _ => create_hook().destroy(note),
        };
        let _closure = closure.build().enable_scoped();
        let _trait = AsyncHook::new(Wants { events: wanted, told: of_trait.clone() }).enable_scoped();
        let id = live("one phase");
        assert_eq!(of_closure.events(id), [event]);
        assert_eq!(of_trait.events(id), [event]);
    }
}

// N011
#[test]
fn enabling_twice_is_enabling_once_and_disabling_often_does_no_harm() {
    let told = Told::default();
    let hook = told.hook();
    assert!(std::ptr::eq(hook.enable(), &hook) && std::ptr::eq(hook.enable(), &hook));
    let resource = AsyncResource::new("enabled twice");
    for _ in 0..3 {
        assert!(std::ptr::eq(hook.disable(), &hook));
    }
    resource.run_in_async_scope(|| ());
    let id = resource.async_id();
    drop(resource);
    assert_eq!(told.events(id), ["init"]);
}

// N012
#[test]
fn a_hook_disabled_for_a_while_tracks_again() {
    on_each_runtime(|| async {
        let (first, second) = (Told::default(), Told::default());
        let hook = first.hook();
        hook.enable().disable();
        let _enabled = (hook.enable_scoped(), second.hook().enable_scoped());
        let outside = execution_async_id();
        let future = async { execution_async_id() }.in_async_resource("enabled again");
        let id = future.resource().async_id();
        let inside = future.await;
        assert_ne!(inside, outside);
        assert_eq!(inside, id);
        assert_eq!((first.events(id), second.events(id)), (LIFE.to_vec(), LIFE.to_vec()));
    });
}

// N013
#[test]
fn a_hook_toggled_inside_a_chain_of_futures_observes_those_created_meanwhile() {
    const KIND: &str = "toggled around two";
    on_each_runtime(|| async {
        let told = Told::default();
        let hook = told.hook();
        let link = || async { execution_async_id() }.in_async_resource(KIND);
        link().await;
        hook.enable();
        let second = link().await;
        let third = async { link().await }.await;
        hook.disable();
        link().await;
        link().await;
        assert_eq!(told.created(KIND), [second, third]);
    });
}

// N014: Node tells hooks of what `init` creates; here a hook's own doing reaches no hook.
#[test]
fn a_hook_disabled_in_an_init_still_receives_that_init() {
    const KIND: &str = "disables in init";
    let (first, second, third) = (Told::default(), Told::default(), Told::default());
    let nested = Arc::new(Mutex::new(None));
    let disabled = second.hook();
    let disabling = create_hook().init({
        let (note, nested, disabled) = (first.note("init"), Arc::clone(&nested), disabled.clone());
        move |resource| {
            note(resource);
            if resource.kind() == KIND {
                disabled.disable();
                nested.lock().unwrap().get_or_insert_with(|| AsyncResource::new(KIND));
            }
        }
    });
    let _enabled = [disabling.build().enable_scoped(), disabled.enable_scoped(), third.hook().enable_scoped()];
    let outer = AsyncResource::new(KIND);
    let later = AsyncResource::new(KIND);
    let ids = [outer.async_id(), later.async_id()];
    drop((outer, later));
    assert_eq!((first.created(KIND), third.created(KIND)), (ids.to_vec(), ids.to_vec()));
    assert_eq!(second.events(ids[0]), ["init"], "the hooks were chosen before the event");
    assert!(second.events(ids[1]).is_empty(), "disabled");

    let nested = nested.lock().unwrap().take().unwrap();
    nested.run_in_async_scope(|| assert!(third.events(live(KIND)).is_empty(), "made by what a hook made"));
    let nested_id = nested.async_id();
    drop(nested);
    assert!([first, second, third].iter().all(|told| told.events(nested_id).is_empty()), "made by a hook");
}

// N016
#[test]
fn a_hook_enabled_in_an_init_receives_the_next_one() {
    const KIND: &str = "enables in init";
    let told = Told::default();
    let nested = Arc::new(OnceLock::new());
    let enabled = told.hook();
    let enabling = create_hook().init({
        let (nested, enabled) = (Arc::clone(&nested), enabled.clone());
        move |resource| {
            if resource.kind() == KIND {
                enabled.enable();
                nested.get_or_init(|| AsyncResource::new(KIND));
            }
        }
    });
    let _enabling = enabling.build().enable_scoped();
    let _outer = AsyncResource::new(KIND);
    assert!(enabled.is_enabled());
    assert!(told.created(KIND).is_empty(), "neither of the outer one nor of the one made by a hook");
    let next = AsyncResource::new(KIND);
    assert_eq!(told.created(KIND), [next.async_id()]);
    assert!(told.events(nested.get().unwrap().async_id()).is_empty());
    enabled.disable();
}

// N018
#[test]
fn hooks_may_enable_and_disable_each_other_between_events() {
    const FIRST: &str = "first of three hooks";
    const SECOND: &str = "second of three hooks";
    on_each_runtime(|| async {
        let told: [Told; 3] = Default::default();
        let [of_one, of_two, of_three] = &told;
        let events = |told: &Told| create_hook().init(told.note("init")).destroy(told.note("destroy"));
        let one = events(of_one).before(of_one.note("before")).after(of_one.note("after")).build();

        let (note, disabled) = (of_two.note("before"), one.clone());
        let two = events(of_two).after(of_two.note("after")).before(move |resource| {
            note(resource);
            if resource.kind() == SECOND {
                disabled.disable();
            }
        });
        let two = two.build();

        let myself: Arc<OnceLock<AsyncHook>> = Arc::default();
        let (note_before, note_after) = (of_three.note("before"), of_three.note("after"));
        let (enabled, disabled, afters) = (two.clone(), Arc::clone(&myself), AtomicUsize::new(0));
        let three = events(of_three).before(move |resource| {
            note_before(resource);
            if resource.kind() == FIRST {
                enabled.enable();
            }
        });
        let three = three.after(move |resource| {
            note_after(resource);
            let is_ours = [FIRST, SECOND].contains(&resource.kind());
            if is_ours && afters.fetch_add(1, Ordering::Relaxed) == 1 {
                disabled.get().unwrap().disable();
            }
        });
        let three = three.build();
        myself.set(three.clone()).unwrap();

        one.enable();
        three.enable();
        tokio::spawn(async {}.in_async_resource(FIRST)).await.unwrap();
        tokio::spawn(async {}.in_async_resource(SECOND)).await.unwrap();
        two.disable();

        assert_eq!(of_one.events_of_kind(FIRST), ["init", "before", "after", "destroy"]);
        assert_eq!(of_one.events_of_kind(SECOND), ["init", "before"]);
        assert_eq!(of_two.events_of_kind(FIRST), ["after", "destroy"]);
        assert_eq!(of_two.events_of_kind(SECOND), ["init", "before", "after", "destroy"]);
        assert_eq!(of_three.events_of_kind(FIRST), ["init", "before", "after", "destroy"]);
        assert_eq!(of_three.events_of_kind(SECOND), ["init", "before", "after"]);
        assert!(!one.is_enabled() && !three.is_enabled());
    });
}

// N020
#[test]
fn a_hook_disabled_inside_a_poll_does_not_receive_its_end() {
    on_each_runtime(|| async {
        let told = Told::default();
        let hook = told.hook();
        hook.enable();
        let disabled = hook.clone();
        let future = async move {
            disabled.disable();
            yield_now().await;
            AsyncResource::new("created when disabled").async_id()
        };
        let future = future.in_async_resource("disables inside");
        let id = future.resource().async_id();
        let later = tokio::spawn(future).await.unwrap();
        assert_eq!(told.events(id), ["init", "before"]);
        assert!(told.events(later).is_empty());
    });
}

// N021
#[test]
fn a_hook_enabled_inside_a_poll_receives_its_end() {
    on_each_runtime(|| async {
        let told = Told::default();
        let hook = told.hook();
        let enabled = hook.clone();
        let future = async move {
            enabled.enable();
            yield_now().await;
            live("created when enabled")
        };
        let future = future.in_async_resource("enables inside");
        let id = future.resource().async_id();
        let later = tokio::spawn(future).await.unwrap();
        hook.disable();
        assert_eq!(told.events(id), ["after", "before", "resolve", "after", "destroy"]);
        assert_eq!(told.events(later), LIFE);
    });
}

// N023
#[test]
fn without_any_hook_ever_enabled_everything_works() {
    passes_in_child("hooks::without_any_hook_ever_enabled_everything_works", || {
        let (outer, inner) = (AsyncResource::new(""), AsyncResource::new(""));
        let inside = outer.run_in_async_scope(|| {
            inner.run_in_async_scope(|| outer.run_in_async_scope(|| inner.run_in_async_scope(execution_async_id)))
        });
        assert_eq!(inside, inner.async_id());
        assert_eq!((outer.emit_destroy(), outer.emit_destroy()), (true, false));
        assert_eq!(outer.run_in_async_scope(execution_async_id), outer.async_id());
        assert_eq!(execution_async_id(), AsyncId::ROOT);
        assert_ne!(live(""), AsyncId::ROOT);
    });
}

// N024
#[test]
fn a_scope_reaches_the_hooks_enabled_when_it_is_entered() {
    let told = Told::default();
    let resource = AsyncResource::new("scope with and without hook");
    let enter = || resource.run_in_async_scope(execution_async_id);
    assert_eq!(enter(), resource.async_id());
    assert!(told.events(resource.async_id()).is_empty());

    let _enabled = told.hook().enable_scoped();
    assert_eq!(enter(), resource.async_id());
    assert_eq!(told.events(resource.async_id()), ["before", "after"]);
}

// N026
#[test]
fn a_hook_enabled_again_is_called_last() {
    const KIND: &str = "enabled again";
    let order = Arc::new(Mutex::new(Vec::new()));
    let named = |name: &'static str| {
        let (init, destroy) = (Arc::clone(&order), Arc::clone(&order));
        let push = move |order: &Mutex<Vec<_>>, resource: &Resource| {
            if resource.kind() == KIND {
                order.lock().unwrap().push(name);
            }
        };
        create_hook().init(move |resource| push(&init, resource)).destroy(move |resource| push(&destroy, resource))
    };
    let [first, second, third] = ["first", "second", "third"].map(|name| named(name).build());
    let _enabled = [first.enable_scoped(), second.enable_scoped(), third.enable_scoped()];
    let resource = AsyncResource::new(KIND);
    assert_eq!(*order.lock().unwrap(), ["first", "second", "third"]);
    order.lock().unwrap().clear();

    first.disable().enable();
    drop(resource);
    assert_eq!(*order.lock().unwrap(), ["second", "third", "first"]);
}

// N027
#[test]
fn a_destroy_caused_by_a_destroy_hook_follows_it() {
    const KIND: &str = "destroyed in a hook";
    let (first, second) = (AsyncResource::new(KIND), Arc::new(AsyncResource::new(KIND)));
    let ids = [first.async_id(), second.async_id()];
    let order = Arc::new(Mutex::new(Vec::new()));
    let destroying = create_hook().destroy({
        let (order, second) = (Arc::clone(&order), Arc::clone(&second));
        move |resource| {
            if resource.kind() == KIND {
                order.lock().unwrap().push(("begin", resource.async_id()));
                assert!(resource.async_id() == ids[1] || second.emit_destroy());
                order.lock().unwrap().push(("end", resource.async_id()));
            }
        }
    });
    let told = Told::default();
    let destroying = destroying.build();
    let _enabled = (destroying.enable_scoped(), told.hook().enable_scoped());
    drop(first);
    drop(second);
    let one_after_the_other = [("begin", ids[0]), ("end", ids[0]), ("begin", ids[1]), ("end", ids[1])];
    assert_eq!(*order.lock().unwrap(), one_after_the_other);
    assert_eq!(told.events_of_kind(KIND), ["destroy", "destroy"]);
    assert!(destroying.is_enabled(), "the hook has not panicked");
}

// N029
#[test]
fn a_hook_with_fewer_events_takes_nothing_from_another() {
    const KINDS: [&str; 3] = ["outermost of three", "middle of three", "innermost of three"];
    let nested = || {
        let innermost = || async { yield_now().await }.in_async_resource(KINDS[2]);
        let middle = move || async move { innermost().await }.in_async_resource(KINDS[1]);
        async move { middle().await }.in_async_resource(KINDS[0])
    };
    on_each_runtime(|| async move {
        let (all, few) = (Told::default(), Told::default());
        let builder = create_hook().init(all.note("init")).before(all.note("before")).after(all.note("after"));
        let _all = builder.resolve(all.note("resolve")).build().enable_scoped();
        tokio::spawn(nested()).await.unwrap();
        let alone = all.story(&KINDS);
        all.forget();

        let hook = create_hook().init(few.note("init")).destroy(few.note("destroy")).build();
        let _few = hook.enable_scoped();
        tokio::spawn(nested()).await.unwrap();
        assert_eq!(all.story(&KINDS), alone);
        for kind in KINDS {
            assert_eq!(all.events_of_kind(kind), ["init", "before", "after", "before", "resolve", "after"]);
            assert_eq!(few.events_of_kind(kind), ["init", "destroy"]);
        }
    });
}

/// One event: an init or a destroy, and its resource.
type Heard = Mutex<Vec<(bool, AsyncId)>>;

// N032
#[test]
fn hooks_toggled_while_threads_create_receive_each_event_at_most_once() {
    const KIND: &str = "created by the thousands";
    const EACH: usize = 50_000;
    let heard: [Arc<Heard>; 2] = Default::default();
    let hooks = heard.each_ref().map(|heard| {
        let (inits, destroys) = (Arc::clone(heard), Arc::clone(heard));
        let push = |heard: &Heard, is_init, resource: &Resource| {
            if resource.kind() == KIND {
                heard.lock().unwrap().push((is_init, resource.async_id()));
            }
        };
        let hook = create_hook().init(move |resource| push(&inits, true, resource));
        hook.destroy(move |resource| push(&destroys, false, resource)).build()
    });
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        hooks[0].enable();
        let first = AsyncResource::new(KIND).async_id();
        assert_eq!(*heard[0].lock().unwrap(), [(true, first), (false, first)]);
        let creators = [(); 2].map(|()| scope.spawn(|| (0..EACH).for_each(|_| drop(AsyncResource::new(KIND)))));
        scope.spawn(|| {
            while !done.load(Ordering::Relaxed) {
                hooks[1].enable();
                hooks[0].disable();
                hooks[0].enable();
                hooks[1].disable();
            }
        });
        let created = creators.map(|creator| creator.join());
        done.store(true, Ordering::Relaxed);
        assert!(created.iter().all(Result::is_ok));
    });
    for (hook, heard) in hooks.iter().zip(&heard) {
        hook.disable();
        let heard = heard.lock().unwrap();
        let distinct: HashSet<_> = heard.iter().collect();
        assert_eq!(distinct.len(), heard.len(), "an event was told twice");
    }
}
