//! Watches one local: which resources had its value when they were created, and when they first ran.

use std::cell::Cell;
use std::collections::HashMap;
use std::fmt;
use std::ptr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use async_hooks_core::{
    AsyncId, AsyncLocal, Events, Hook, Location, Resource, execution_async_id, execution_async_resource,
};

use crate::alive::id_map::{IdMap, id_map};
use crate::context::context_loss_report::{ContextLossReport, LossSite, LossWay, Tally};
use crate::context::missing_context::MissingContext;
use crate::context::provenance::{Creator, Origin, Presence};
use crate::tool::contained::Contained;
use crate::tool::enabled_tool::EnabledTool;
use crate::tool::ignore::Ignore;
use crate::tool::label::Labeller;
use crate::tool::owned_hook::OwnedHook;
use crate::tool::switch::{Listen, Switch, Tool};

/// Finds where the value of an [`AsyncLocal`] gets lost.
///
/// While it is enabled, the error of [`RequiredExt::required`](crate::RequiredExt::required) says where the value was lost, and
/// [`losses`](Self::losses) counts the resources that started without a value of their creator. Enable it while you develop the
/// program, or look for a loss: it keeps something for each resource.
///
/// [`required`](crate::RequiredExt::required) reads it without a handle, so it stays enabled until [`disable`](Self::disable),
/// whatever becomes of the handle. Clones of a handle refer to the same watch.
///
/// Node's documentation describes the search by hand, in "Troubleshooting: context loss".
///
/// # Examples
///
/// ```
/// use async_hooks_core::{AsyncLocal, AsyncResource};
/// use async_hooks_diagnostics::{ContextWatch, LossPoint, RequiredExt as _};
///
/// static USER: AsyncLocal<&str> = AsyncLocal::new().named("user");
///
/// let watch = ContextWatch::of(&USER).build();
/// watch.enable();
///
/// let request = USER.run("alice", || AsyncResource::new("request"));
/// let job = request.run_in_async_scope(|| USER.exit(|| AsyncResource::new("job")));
/// let lost = job.run_in_async_scope(|| USER.required()).unwrap_err();
///
/// let (creator, created) = (request.resource(), job.resource());
/// assert!(matches!(lost.lost(), LossPoint::EndedBeforeSpawn { creator: by, .. } if by == creator));
/// assert_eq!(watch.losses().losses()[0].location(), created.location());
/// ```
#[derive(Clone)]
pub struct ContextWatch {
    switch: Arc<Switch<ContextWatchBuilder>>,
}

/// What listens while the watch is enabled; fields are dropped in this order.
pub(crate) struct Listening {
    hook: OwnedHook,
    hook_state: Arc<WatchHook>,
}

impl Tool for ContextWatchBuilder {
    type Listener = Listening;

    fn listener(&self) -> Listening {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let (origins, tallies) = (id_map(), Mutex::default());
        let hook_state = Arc::new(WatchHook { number, settings: self.clone(), origins, tallies });
        let mut all = all();
        all.retain(|hook_state| hook_state.strong_count() > 0);
        all.push(Arc::downgrade(&hook_state));
        Listening { hook: OwnedHook::new(Arc::clone(&hook_state)), hook_state }
    }

    fn acts_by_itself(&self) -> bool {
        true
    }
}

impl Listen for Listening {
    fn listen(&self) {
        self.hook.enable();
    }
}

impl ContextWatch {
    /// Begins a watch of this local. Unless it is set otherwise, every loss counts.
    pub fn of<T: Send + Sync + 'static>(local: &'static AsyncLocal<T>) -> ContextWatchBuilder {
        let read = move || local.with(|value| value.is_some());
        ContextWatchBuilder {
            local: Watched {
                name: local.name(),
                address: address(local),
                read: Arc::new(read),
                contained: Contained::new("the default of a watched local"),
            },
            ignore: Ignore::default(),
            counts_barriers: true,
            labeller: None,
        }
    }

    /// Enables the watch until `disable`, even after the last handle is dropped; what was created before stays unknown.
    ///
    /// Does nothing if it is enabled.
    pub fn enable(&self) -> &Self {
        self.switch.enable();
        self
    }

    /// Enables the watch until the returned guard is dropped.
    ///
    /// Guards are counted: the last one disables, unless [`enable`](Self::enable) was called as well.
    ///
    /// ```
    /// use async_hooks_core::AsyncLocal;
    /// use async_hooks_diagnostics::ContextWatch;
    ///
    /// static USER: AsyncLocal<&str> = AsyncLocal::new();
    ///
    /// let watch = ContextWatch::of(&USER).build();
    /// let enabled = watch.enable_scoped();
    /// assert!(watch.is_enabled());
    /// drop(enabled);
    /// assert!(!watch.is_enabled());
    /// ```
    pub fn enable_scoped(&self) -> EnabledTool {
        self.switch.enable_scoped()
    }

    /// Disables the watch and forgets what was counted, whoever had it enabled.
    pub fn disable(&self) -> &Self {
        self.switch.disable();
        self
    }

    /// Whether the watch is enabled.
    #[must_use]
    pub fn is_enabled(&self) -> bool {
        self.switch.is_on()
    }

    /// Reports the resources that started without a value of their creator; empty while the watch is disabled.
    pub fn losses(&self) -> ContextLossReport {
        let listening = self.switch.listener();
        let tallies = listening.map_or_else(HashMap::new, |listening| listening.hook_state.tallies().clone());
        ContextLossReport::new(self.switch.tool().local.name, tallies)
    }
}

impl fmt::Debug for ContextWatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (settings, is_enabled) = (self.switch.tool(), self.is_enabled());
        f.debug_struct("ContextWatch").field("settings", settings).field("is_enabled", &is_enabled).finish()
    }
}

/// The settings of a [`ContextWatch`]; made by [`ContextWatch::of`].
#[derive(Clone)]
#[must_use = "`build` makes the watch"]
pub struct ContextWatchBuilder {
    local: Watched,
    ignore: Ignore,
    counts_barriers: bool,
    labeller: Option<Labeller>,
}

impl ContextWatchBuilder {
    /// Gives each resource a label when it is created, which reports show.
    ///
    /// As [`LeakDetectorBuilder::label_with`](crate::LeakDetectorBuilder::label_with).
    ///
    /// ```
    /// use async_hooks_core::{AsyncLocal, AsyncResource};
    /// use async_hooks_diagnostics::{ContextWatch, RequiredExt as _};
    ///
    /// static USER: AsyncLocal<&str> = AsyncLocal::new();
    /// static PATH: AsyncLocal<&str> = AsyncLocal::new();
    ///
    /// let _enabled = ContextWatch::of(&USER).label_with(|| PATH.get()).build().enable_scoped();
    /// let request = PATH.run("/orders", || AsyncResource::new("request"));
    /// let missing = request.run_in_async_scope(|| USER.required()).unwrap_err();
    /// assert_eq!(missing.label(), Some("/orders"));
    /// ```
    pub fn label_with<V: fmt::Display>(mut self, label: impl Fn() -> Option<V> + Send + Sync + 'static) -> Self {
        self.labeller = Some(Labeller::new(label));
        self
    }

    /// Does not count resources of exactly this kind.
    pub fn ignore_kind(mut self, kind: &str) -> Self {
        self.ignore.kind(kind);
        self
    }

    /// Does not count resources whose `file:line:column` contains this.
    ///
    /// Numbers match as a whole, so line 1 does not match line 12.
    pub fn ignore_location(mut self, part: &str) -> Self {
        self.ignore.location(part);
        self
    }

    /// Does not count values that were there at a creation and were not inherited: for a local with an intended barrier.
    ///
    /// A hook cannot tell an intended barrier from a loss: it sees the value on one side and not on the other.
    pub fn ignore_barriers(mut self) -> Self {
        self.counts_barriers = false;
        self
    }

    /// Makes the watch, disabled.
    #[must_use = "a watch sees nothing until it is enabled"]
    pub fn build(self) -> ContextWatch {
        ContextWatch { switch: Switch::new(self) }
    }
}

impl fmt::Debug for ContextWatchBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ContextWatchBuilder")
            .field("local", &self.local.name)
            .field("ignore", &self.ignore)
            .field("counts_barriers", &self.counts_barriers)
            .field("labeller", &self.labeller)
            .finish()
    }
}

/// The local, without its type.
#[derive(Clone)]
struct Watched {
    name: &'static str,
    address: usize,
    /// Whether it has a value here. Reading may call the default of the local, which is code of the program.
    read: Arc<dyn Fn() -> bool + Send + Sync>,
    contained: Contained,
}

impl Watched {
    fn presence(&self) -> Presence {
        self.contained.run(|| (self.read)()).map_or(Presence::Unknown, Presence::of)
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
    let is_of_it = |hook_state: &Arc<WatchHook>| hook_state.settings.local.address == address(local);
    let watching = Vec::from_iter(all().iter().filter_map(Weak::upgrade).filter(is_of_it));
    let origin = watching.iter().find_map(|hook_state| hook_state.get(here));
    MissingContext::here(local.name(), read_at, origin.as_ref())
}

/// A hook that notes for each living resource whether the value was there.
struct WatchHook {
    /// Never zero.
    number: u64,
    settings: ContextWatchBuilder,
    origins: IdMap<Arc<Origin>>,
    tallies: Mutex<HashMap<LossSite, Tally>>,
}

impl Hook for WatchHook {
    fn init(&self, resource: &Resource) {
        let presence = self.settings.local.presence();
        let label = self.settings.labeller.as_ref().and_then(Labeller::label);
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
    /// The watch and the id of what ran on this thread lately, at the position of its id: most polls are not the first.
    static RAN: [Cell<(u64, u64)>; RECENT] = const { [const { Cell::new((0, 0)) }; RECENT] };
}

impl WatchHook {
    fn get(&self, id: AsyncId) -> Option<Arc<Origin>> {
        self.origins.get(&id).map(|origin| Arc::clone(&origin))
    }

    fn tallies(&self) -> MutexGuard<'_, HashMap<LossSite, Tally>> {
        self.tallies.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The executing resource, in an `init`. If it was created before the watch was enabled, it can still be named.
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
        if origin.start(presence) && presence == Presence::Missing {
            self.count_loss(&origin);
        }
    }

    /// Counts a resource that started without the value, if its creator had it from its own start on, and not only for a time.
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
            self.tallies().entry(site).or_insert_with(|| Tally::new(created, creator)).add(origin.label());
        }
    }
}
