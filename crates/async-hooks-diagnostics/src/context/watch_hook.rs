//! The hook that notes for each resource whether a local had a value.

use std::cell::Cell;
use std::collections::HashMap;
use std::fmt;
use std::ptr;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use async_hooks_core::{
    AsyncId, AsyncLocal, Events, Hook, Location, Resource, execution_async_id, execution_async_resource,
};
use async_hooks_tools::{Contained, IdMap, Labeller, id_map};

use crate::context::context_loss::{LossSite, LossWay, Tally};
use crate::context::missing_context::MissingContext;
use crate::context::provenance::{Creator, Origin, Presence};
use crate::tool::ignore::Ignore;

/// What the program sets of a [`ContextWatch`](crate::ContextWatch).
#[derive(Clone, Debug)]
pub(crate) struct WatchSettings {
    pub(crate) local: Watched,
    pub(crate) ignore: Ignore,
    pub(crate) counts_barriers: bool,
    pub(crate) labeller: Option<Labeller>,
}

/// The local, without its type.
#[derive(Clone)]
pub(crate) struct Watched {
    name: &'static str,
    address: usize,
    /// Whether it has a value here.
    ///
    /// Reading may call the default of the local, which is code of the program.
    read: Arc<dyn Fn() -> bool + Send + Sync>,
    contained: Contained,
}

impl Watched {
    pub(crate) fn new<T: Send + Sync + 'static>(local: &'static AsyncLocal<T>) -> Watched {
        Watched {
            name: local.name(),
            address: address(local),
            read: Arc::new(move || local.with(|value| value.is_some())),
            contained: Contained::new("the default of a watched local"),
        }
    }

    pub(crate) fn name(&self) -> &'static str {
        self.name
    }

    fn presence(&self) -> Presence {
        self.contained.run(|| (self.read)()).map_or(Presence::Unknown, Presence::of)
    }
}

impl fmt::Debug for Watched {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Watched").field("name", &self.name).finish_non_exhaustive()
    }
}

fn address<T>(local: &AsyncLocal<T>) -> usize {
    ptr::from_ref(local).addr()
}

/// The enabled watches: a failing read finds those of its local here.
static ALL: Mutex<Vec<Weak<WatchHook>>> = Mutex::new(Vec::new());

fn all() -> MutexGuard<'static, Vec<Weak<WatchHook>>> {
    ALL.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Explains why the local has no value here, with what an enabled watch knows.
#[cold]
pub(crate) fn explain<T>(local: &AsyncLocal<T>, read_at: Location) -> MissingContext {
    let here = execution_async_id();
    // All of them, and not only those of the local: one that is dropped here may drop code of the program, outside the lock.
    let watches = Vec::from_iter(all().iter().filter_map(Weak::upgrade));
    let mut of_local = watches.iter().filter(|watch| watch.settings.local.address == address(local));
    let origin = of_local.find_map(|watch| watch.get(here));
    MissingContext::here(local.name(), read_at, origin.as_ref())
}

/// A hook that notes for each living resource whether the value was there.
pub(crate) struct WatchHook {
    /// Never zero.
    number: u64,
    settings: WatchSettings,
    origins: IdMap<Arc<Origin>>,
    tallies: Mutex<HashMap<LossSite, Tally>>,
    /// The number of resources that were seen to start.
    started: AtomicUsize,
}

impl Hook for WatchHook {
    fn init(&self, resource: &Resource) {
        let presence = self.settings.local.presence();
        let label = self.settings.labeller.as_ref().and_then(Labeller::label).map(Arc::from);
        let creator = self.creator();
        if let (Presence::Present, Creator::Seen(creator)) = (presence, &creator) {
            creator.note_it_had_it();
        }
        let origin = Origin::new(*resource, label, presence, &creator);
        self.origins.insert(resource.async_id(), Arc::new(origin));
    }

    fn before(&self, resource: &Resource) {
        if !self.has_run_here_lately(resource.async_id()) {
            self.see_start(resource.async_id());
        }
    }

    fn destroy(&self, resource: &Resource) {
        self.origins.remove(&resource.async_id());
    }

    fn events(&self) -> Events {
        Events::INIT | Events::BEFORE | Events::DESTROY
    }
}

const RECENT: usize = 64;

thread_local! {
    /// The watch and the id of what ran on this thread lately.
    ///
    /// Each is at the position of its id. Most polls are not the first.
    static RAN: [Cell<(u64, u64)>; RECENT] = const { [const { Cell::new((0, 0)) }; RECENT] };
}

impl WatchHook {
    /// Makes the hook, disabled, and registers it for failing reads.
    pub(crate) fn new(settings: WatchSettings) -> Arc<WatchHook> {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let hook = Arc::new(WatchHook {
            number,
            settings,
            origins: id_map(),
            tallies: Mutex::default(),
            started: AtomicUsize::new(0),
        });
        let mut all = all();
        all.retain(|hook| hook.strong_count() > 0);
        all.push(Arc::downgrade(&hook));
        drop(all);
        hook
    }

    /// The number of resources that were seen to start until now.
    pub(crate) fn started(&self) -> usize {
        self.started.load(Ordering::Relaxed)
    }

    /// What was counted until now.
    pub(crate) fn tallies(&self) -> HashMap<LossSite, Tally> {
        self.lock_tallies().clone()
    }

    fn get(&self, id: AsyncId) -> Option<Arc<Origin>> {
        self.origins.get(&id).map(|origin| Arc::clone(&origin))
    }

    fn lock_tallies(&self) -> MutexGuard<'_, HashMap<LossSite, Tally>> {
        self.tallies.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The executing resource, in an `init`.
    ///
    /// If it was created before the watch was enabled, it can still be named.
    fn creator(&self) -> Creator {
        match execution_async_id() {
            AsyncId::ROOT => Creator::Root,
            id => Creator::Seen(self.get(id).unwrap_or_else(|| {
                Arc::new(Origin::new(execution_async_resource(), None, Presence::Unknown, &Creator::Cut))
            })),
        }
    }

    #[inline]
    fn has_run_here_lately(&self, id: AsyncId) -> bool {
        let ran = (self.number, id.as_u64());
        RAN.with(|recent| recent[id.as_u64() as usize % RECENT].replace(ran) == ran)
    }

    #[inline(never)]
    fn see_start(&self, id: AsyncId) {
        let Some(origin) = self.get(id).filter(|origin| origin.at_start() == Presence::Unknown) else { return };
        let presence = self.settings.local.presence();
        if origin.start(presence) {
            self.started.fetch_add(1, Ordering::Relaxed);
            if presence == Presence::Missing {
                self.count_loss(&origin);
            }
        }
    }

    /// Counts a resource that started without the value of its creator.
    ///
    /// The creator had it from its own start on, and not only for a time.
    #[cold]
    fn count_loss(&self, origin: &Origin) {
        let creator = origin.creator().seen();
        let way = match origin.at_creation() {
            Presence::Present if self.settings.counts_barriers => LossWay::NotInherited,
            Presence::Missing if creator.is_some_and(|creator| creator.at_start() == Presence::Present) => {
                LossWay::EndedBeforeSpawn
            }
            _ => return,
        };
        let (created, creator) = (origin.resource(), creator.map(|creator| creator.resource()));
        if !self.settings.ignore.is_ignored(&created) {
            let site = LossSite::new(&created, creator.as_ref(), way);
            self.lock_tallies().entry(site).or_insert_with(|| Tally::new(created, creator)).add(origin.label());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tool::owned_hook::OwnedHook;
    use async_hooks_core::AsyncResource;

    static USER: AsyncLocal<u32> = AsyncLocal::new();

    fn settings() -> WatchSettings {
        WatchSettings { local: Watched::new(&USER), ignore: Ignore::default(), counts_barriers: true, labeller: None }
    }

    #[test]
    fn watches_that_are_gone_are_not_searched_by_a_failing_read() {
        (0..1_000).for_each(|_| drop(WatchHook::new(settings())));
        assert!(all().len() < 100, "{}", all().len());
    }

    #[test]
    fn what_is_known_of_a_resource_is_dropped_with_it_unless_a_descendant_needs_it() {
        let state = WatchHook::new(settings());
        let hook = OwnedHook::new(Arc::clone(&state));
        hook.enable();
        let [parent, alone] = ["parent", "alone"].map(AsyncResource::new);
        let (parent_id, alone_id) = (parent.async_id(), alone.async_id());
        let child = parent.run_in_async_scope(|| AsyncResource::new("child"));
        drop((parent, alone));
        assert!(state.get(parent_id).is_none() && state.get(alone_id).is_none());
        let origin = state.get(child.async_id()).expect("it lives");
        assert_eq!(origin.creator().seen().map(|creator| creator.resource().async_id()), Some(parent_id));
    }
}
