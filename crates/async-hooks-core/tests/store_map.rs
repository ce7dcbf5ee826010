//! `StoreMap`: an id → store map kept by `init` and `destroy`.
//!
//! `init` inherits the store of the trigger, `destroy` removes it.

mod child;
mod polling;

use std::panic::{self, panic_any};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use async_hooks_core::{AsyncId, AsyncResource, FutureExt as _, StoreMap, bind, create_hook, execution_async_id};

use child::{in_child, say};
use polling::{OnDrop, alone, complete, pause};

fn enabled<V: Clone + Send + Sync + 'static>() -> StoreMap<V> {
    let stores = StoreMap::new();
    stores.enable();
    stores
}

#[test]
fn a_store_is_inherited_by_what_its_owner_causes_afterwards() {
    let stores = enabled();
    let parent = AsyncResource::new("parent");
    parent.run_in_async_scope(|| {
        let early = AsyncResource::new("early");
        assert_eq!(stores.set("first"), None);
        let late = AsyncResource::new("late");
        assert_eq!(stores.set("second"), Some("first"));
        assert_eq!(stores.get(), Some("second"));
        assert_eq!(stores.get_by_id(early.async_id()), None);
        assert_eq!(stores.get_by_id(late.async_id()), Some("first"));
        let grandchild = late.run_in_async_scope(|| AsyncResource::new("grandchild"));
        assert_eq!(stores.get_by_id(grandchild.async_id()), Some("first"));
    });
    assert_eq!(stores.get(), None);
}

#[test]
fn a_store_set_in_a_future_is_there_in_its_later_polls() {
    let stores = enabled();
    let future = async {
        stores.set(1);
        pause().await;
        stores.get()
    };
    assert_eq!(complete(future.in_async_resource("future")), Some(1));
    assert!(stores.is_empty());
}

#[test]
fn a_store_is_readable_by_id_from_anywhere_until_its_resource_ends() {
    let stores = enabled();
    let resource = AsyncResource::new("job");
    let id = resource.async_id();
    resource.run_in_async_scope(|| stores.set(1));
    assert_eq!(alone(|| stores.get_by_id(id)), Some(1));
    resource.emit_destroy();
    assert_eq!(stores.get_by_id(id), None);
}

#[test]
fn an_unknown_id_has_no_store() {
    let stores: StoreMap<u32> = enabled();
    for number in [1, 111, u64::MAX] {
        assert_eq!(AsyncId::from_u64(number).and_then(|id| stores.get_by_id(id)), None);
    }
    let orphan = AsyncResource::builder("job").trigger_async_id(AsyncId::from_u64(111).unwrap()).build();
    assert_eq!(stores.get_by_id(orphan.async_id()), None);
}

#[test]
fn a_disabled_map_holds_and_keeps_nothing() {
    let stores = StoreMap::new();
    let resource = AsyncResource::new("job");
    resource.run_in_async_scope(|| {
        assert_eq!(stores.set(1), None);
        assert_eq!((stores.get(), stores.len()), (None, 0));
        stores.enable();
        assert_eq!(stores.set(2), None);
        assert_eq!(stores.get(), Some(2));
        stores.disable();
        assert_eq!((stores.get(), stores.is_empty()), (None, true));
        stores.enable().enable();
        assert_eq!(stores.get(), None, "old stores do not come back");
    });
}

#[test]
fn roots_store_is_shared_by_all_threads() {
    let stores = enabled();
    stores.set(7);
    assert_eq!(alone(|| stores.get()), Some(7));
    let inherits = AsyncResource::new("job");
    assert_eq!(stores.get_by_id(inherits.async_id()), Some(7));
    assert_eq!(stores.get_by_id(AsyncId::ROOT), Some(7));
}

#[test]
fn clones_are_one_map_and_the_last_one_disables_it() {
    let stores = enabled();
    let clone = stores.clone();
    let resource = AsyncResource::new("job");
    resource.run_in_async_scope(|| stores.set(Arc::new(1)));
    drop(stores);
    let store = clone.get_by_id(resource.async_id()).unwrap();
    let child = resource.run_in_async_scope(|| AsyncResource::new("child"));
    assert!(clone.get_by_id(child.async_id()).is_some());
    drop(clone);
    assert_eq!(Arc::strong_count(&store), 1);
}

#[test]
fn maps_are_independent() {
    let (one, two) = (enabled(), enabled());
    let resource = AsyncResource::new("job");
    resource.run_in_async_scope(|| {
        one.set(1);
        two.set(2);
        one.disable();
        assert_eq!((one.get(), two.get()), (None, Some(2)));
    });
}

#[test]
fn what_a_hook_makes_has_no_store_and_leaves_none() {
    let stores = enabled();
    let in_hook = stores.clone();
    let hook = create_hook().init(move |resource| {
        if resource.kind() == "outer" {
            AsyncResource::new("made in a hook").run_in_async_scope(|| assert_eq!(in_hook.set(1), None));
        }
    });
    let enabled = hook.build().enable_scoped();
    drop(AsyncResource::new("outer"));
    drop(enabled);
    assert!(stores.is_empty());
}

#[test]
fn a_store_set_by_what_a_future_drops_goes_with_the_future() {
    let stores = enabled();
    let in_drop = stores.clone();
    let held = OnDrop(move || assert_eq!(in_drop.set(1), None));
    drop(async move { drop(held) }.in_async_resource("future"));
    assert!(stores.is_empty());
}

#[test]
fn a_store_set_in_a_scope_of_an_ended_resource_is_kept_until_the_map_is_disabled() {
    let stores = enabled();
    let ended = AsyncResource::new("job");
    ended.emit_destroy();
    ended.run_in_async_scope(|| stores.set(1));
    drop(ended);
    assert_eq!(stores.len(), 1);
    stores.disable();
    assert!(stores.is_empty());
}

#[test]
fn a_store_set_in_a_scope_that_was_open_when_its_resource_ended_is_kept_until_the_map_is_disabled() {
    let stores = enabled();
    let ended = AsyncResource::new("job");
    ended.run_in_async_scope(|| {
        ended.emit_destroy();
        stores.set(1);
    });
    drop(ended);
    assert_eq!(stores.len(), 1);
    stores.disable();
    assert!(stores.is_empty());
}

#[test]
fn a_store_may_use_the_map_in_its_clone_and_its_drop() {
    struct Curious(StoreMap<Curious>, u32);
    impl Clone for Curious {
        fn clone(&self) -> Self {
            let _ = self.0.len();
            drop(AsyncResource::new("made by a clone"));
            Curious(self.0.clone(), self.1 + 1)
        }
    }
    impl Drop for Curious {
        fn drop(&mut self) {
            let _ = (self.0.len(), AsyncResource::new("made by a drop"));
        }
    }
    let stores = enabled();
    let resource = AsyncResource::new("job");
    resource.run_in_async_scope(|| {
        drop(stores.set(Curious(stores.clone(), 0)));
        drop(stores.set(Curious(stores.clone(), 0)));
        assert!(stores.get().is_some_and(|store| store.1 == 1));
        drop(AsyncResource::new("child"));
    });
    drop(resource);
    stores.disable();
    assert!(stores.is_empty());
}

#[test]
fn threads_that_set_and_end_at_once_leave_nothing() {
    let stores = enabled();
    thread::scope(|scope| {
        for number in 0..4 {
            let stores = &stores;
            scope.spawn(move || {
                for _ in 0..2000 {
                    let parent = AsyncResource::new("parent");
                    parent.run_in_async_scope(|| {
                        stores.set(number);
                        let child = bind(|()| (execution_async_id(), stores.get()));
                        let (id, store) = child(());
                        assert_eq!((store, stores.get_by_id(id)), (Some(number), Some(number)));
                    });
                }
            });
        }
    });
    assert_eq!((stores.len(), stores.is_empty()), (0, true));
}

#[test]
fn the_last_of_two_guards_disables_the_map_and_drops_its_stores() {
    let stores = StoreMap::new();
    let (first, second) = (stores.enable_scoped(), stores.enable_scoped());
    let resource = AsyncResource::new("job");
    let store = Arc::new(1);
    resource.run_in_async_scope(|| stores.set(Arc::clone(&store)));
    drop(first);
    assert!(stores.is_enabled() && stores.get_by_id(resource.async_id()).is_some());
    drop(second);
    assert!(!stores.is_enabled() && stores.is_empty());
    assert_eq!(Arc::strong_count(&store), 1);
}

#[test]
fn a_map_that_is_enabled_keeps_its_stores_after_a_guard() {
    let stores = StoreMap::new();
    let guard = stores.enable_scoped();
    let resource = AsyncResource::new("job");
    resource.run_in_async_scope(|| stores.set(1));
    stores.enable();
    drop(guard);
    assert_eq!(stores.get_by_id(resource.async_id()), Some(1));
    stores.disable();
    assert!(stores.is_empty());
}

#[test]
fn a_map_disabled_under_a_guard_is_not_disabled_again_by_it() {
    let stores = StoreMap::new();
    let guard = stores.enable_scoped();
    stores.disable();
    assert!(!stores.is_enabled());
    stores.enable();
    let resource = AsyncResource::new("job");
    resource.run_in_async_scope(|| stores.set(1));
    drop(guard);
    assert_eq!(stores.get_by_id(resource.async_id()), Some(1));
}

#[test]
fn a_guard_keeps_no_map_alive_that_nobody_can_ask() {
    let stores = StoreMap::new();
    let guard = stores.enable_scoped();
    let resource = AsyncResource::new("job");
    let store = Arc::new(1);
    resource.run_in_async_scope(|| stores.set(Arc::clone(&store)));
    drop(stores);
    assert_eq!(Arc::strong_count(&store), 1);
    drop(guard);
}

#[test]
fn a_map_enabled_in_one_statement_works_and_is_gone_with_its_last_handle() {
    let stores = StoreMap::new();
    let handle = stores.clone();
    stores.enable();
    drop(stores);
    let resource = AsyncResource::new("job");
    let store = Arc::new(1);
    resource.run_in_async_scope(|| handle.set(Arc::clone(&store)));
    assert_eq!(handle.len(), 1);
    drop(handle);
    assert_eq!(Arc::strong_count(&store), 1);
}

#[test]
fn a_struct_may_hold_a_map_of_any_type() {
    struct Holds<V> {
        stores: Option<StoreMap<V>>,
    }
    let holds: Holds<std::rc::Rc<()>> = Holds { stores: None };
    assert!(holds.stores.is_none());
    assert!(!format!("{:?}", StoreMap::<u32>::new()).is_empty());
}

#[test]
fn a_store_that_panics_in_its_drop_is_reported_and_leaves_the_map_enabled() {
    #[derive(Clone)]
    struct Bomb(#[allow(dead_code, reason = "it is dropped once")] Arc<OnDrop<fn()>>);
    let child = in_child("a_store_that_panics_in_its_drop_is_reported_and_leaves_the_map_enabled", || {
        panic::set_hook(Box::new(|_| {}));
        let stores = enabled();
        for _ in 0..2 {
            let resource = AsyncResource::new("job");
            resource.run_in_async_scope(|| stores.set(Bomb(Arc::new(OnDrop(|| panic_any("on purpose"))))));
        }
        assert!(stores.is_enabled() && stores.is_empty());
        stores.set(Bomb(Arc::new(OnDrop(|| panic_any("at disable")))));
        stores.disable();
        say(stores.len());
    });
    assert!(child.succeeded, "{child:?}");
    assert_eq!(child.said(), ["0"]);
    assert_eq!((child.reports().len(), child.stderr.lines().count()), (3, 3), "{}", child.stderr);
}

/// Lets threads begin each round at the same moment.
struct Rounds {
    arrived: AtomicUsize,
    threads: usize,
}

impl Rounds {
    /// Returns once all threads are in this round.
    fn arrive(&self, round: usize) {
        self.arrived.fetch_add(1, Ordering::AcqRel);
        while self.arrived.load(Ordering::Acquire) < round * self.threads {
            thread::yield_now();
        }
    }
}

#[test]
fn a_map_disabled_while_others_set_and_inherit_keeps_no_store() {
    const ROUNDS: usize = 20_000;
    let stores = StoreMap::new();
    let rounds = Rounds { arrived: AtomicUsize::new(0), threads: 2 };
    let kept = thread::scope(|scope| {
        scope.spawn(|| {
            for round in 1..=ROUNDS {
                let parent = AsyncResource::new("parent");
                rounds.arrive(2 * round - 1);
                let child = parent.run_in_async_scope(|| {
                    stores.set(round);
                    AsyncResource::new("child")
                });
                rounds.arrive(2 * round);
                drop((parent, child));
            }
        });
        let disabled_in_a_round = |round: &usize| {
            stores.enable();
            rounds.arrive(2 * round - 1);
            (0..round % 64).for_each(|_| std::hint::spin_loop());
            stores.disable();
            rounds.arrive(2 * round);
            !stores.is_empty()
        };
        (1..=ROUNDS).filter(disabled_in_a_round).count()
    });
    assert_eq!(kept, 0);
}

#[test]
fn a_map_enabled_again_has_no_store_from_before() {
    let stores = enabled();
    let request = AsyncResource::new("request");
    request.run_in_async_scope(|| stores.set("alice"));
    stores.disable().enable();
    assert_eq!(stores.get_by_id(request.async_id()), None);
    assert_eq!(request.run_in_async_scope(|| stores.set("bob")), None);
}
