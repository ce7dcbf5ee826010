//! Hooks, maps and foreign contexts that are enabled and disabled at any time.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock};

use async_hooks::{
    AsyncHook, AsyncResource, Events, ForeignContext, Hook, Propagation, Resource, StoreMap, create_hook, propagate,
};

use crate::faults;
use crate::random::Random;
use crate::values::{FICKLE, token};

/// Counts without order: it may begin in the middle of a life.
#[derive(Default)]
struct Counts {
    init: AtomicU64,
    destroy: AtomicU64,
}

impl Hook for Counts {
    fn init(&self, _: &Resource) {
        self.init.fetch_add(1, Ordering::Relaxed);
    }

    fn destroy(&self, _: &Resource) {
        self.destroy.fetch_add(1, Ordering::Relaxed);
    }

    fn events(&self) -> Events {
        Events::INIT | Events::DESTROY
    }
}

static TOGGLED: LazyLock<[AsyncHook; 4]> = LazyLock::new(|| {
    let counts = || AsyncHook::new(Counts::default());
    [counts(), counts(), create_hook().before(|_| ()).after(|_| ()).build(), create_hook().wake(|_, _| ()).build()]
});

pub(crate) fn toggle(random: &mut Random) {
    let hook = &TOGGLED[random.below(4) as usize];
    match random.below(3) {
        0 => drop(hook.enable()),
        1 => drop(hook.disable()),
        _ => {
            let _enabled = hook.enable_scoped();
            drop(AsyncResource::new("within a guard"));
        }
    }
}

/// A hook for a part of the program receives exactly the events of that part.
pub(crate) fn scoped(random: &mut Random) {
    let counts = Arc::new(Counts::default());
    let hook = AsyncHook::new(Arc::clone(&counts));
    let created = random.below(5);
    hook.run(|| (0..created).for_each(|_| drop(AsyncResource::new("counted"))));
    let seen = [&counts.init, &counts.destroy].map(|count| count.load(Ordering::Relaxed));
    faults::check(seen == [created; 2], || format!("a scoped hook saw {seen:?} of {created}"));
}

/// A hook that panics is disabled, and nobody else notices.
pub(crate) fn panicking(_: &mut Random) {
    let hook = create_hook().init(|_| std::panic::resume_unwind(Box::new("a hook panics"))).build();
    hook.enable();
    drop(AsyncResource::new("of a panicking hook"));
    faults::check(!hook.is_enabled(), || "a hook that has panicked is enabled".to_owned());
}

pub(crate) fn store_map(random: &mut Random) {
    let map = StoreMap::new();
    map.enable();
    let resource = AsyncResource::new("with a store");
    let owner = random.next();
    let seen = resource.run_in_async_scope(|| {
        map.set((owner, token()));
        let child = AsyncResource::new("with its trigger's store");
        child.run_in_async_scope(|| map.get().map(|store| store.0))
    });
    faults::check(seen == Some(owner), || format!("a store is {seen:?} and not {owner}"));
    map.disable();
    faults::check(map.is_empty(), || format!("a disabled map has {} stores", map.len()));
}

pub(crate) fn disable_local(_: &mut Random) {
    FICKLE.disable();
}

/// Counts what is attached and not yet detached.
struct Foreign;
struct Attached;

static ATTACHED: AtomicU64 = AtomicU64::new(0);
static PROPAGATION: LazyLock<Propagation> = LazyLock::new(|| propagate(Foreign));

impl ForeignContext for Foreign {
    type Value = Arc<()>;
    type Guard = Attached;

    fn capture(&self) -> Option<Arc<()>> {
        Some(token())
    }

    fn attach(&self, _: &Arc<()>) -> Attached {
        ATTACHED.fetch_add(1, Ordering::Relaxed);
        Attached
    }
}

impl Drop for Attached {
    fn drop(&mut self) {
        ATTACHED.fetch_sub(1, Ordering::Relaxed);
    }
}

pub(crate) fn toggle_propagation(random: &mut Random) {
    match random.below(2) {
        0 => drop(PROPAGATION.enable()),
        _ => drop(PROPAGATION.disable()),
    }
}

pub(crate) fn attached() -> u64 {
    ATTACHED.load(Ordering::Relaxed)
}
