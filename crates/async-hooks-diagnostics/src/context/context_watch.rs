//! Watches one local: which resources had it when they were created, and which did when they first ran.

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
use crate::context::context_losses::{ContextLosses, LossSite, Tally, Way};
use crate::context::context_lost::ContextLost;
use crate::context::provenance::{Creator, Origin, Sight};
use crate::ignore::Ignore;
use crate::tool::enabled_tool::EnabledTool;
use crate::tool::owned_hook::OwnedHook;
use crate::tool::switch::{Listen, Switch, Tool};

/// Watches where an [`AsyncLocal`] gets lost: [`RequiredExt::required`](crate::RequiredExt::required) explains itself by it, and
/// [`losses`](Self::losses) counts what started without a value that its creator had.
///
/// Enable it while the program is developed, or while a loss is hunted: it notes something for each resource.
///
/// [`required`](crate::RequiredExt::required) reads it without a handle, so it stays enabled until [`disable`](Self::disable),
/// whatever becomes of the handle. Clones of a handle refer to the same watch.
///
/// It answers what "Troubleshooting: context loss" of Node's documentation leaves to a search by hand.
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
/// assert_eq!(lost.lost(), LossPoint::BeforeCreating { creator, created });
/// assert_eq!(watch.losses().losses()[0].location(), created.location());
/// ```
#[derive(Clone)]
pub struct ContextWatch {
    switch: Arc<Switch<ContextWatchBuilder>>,
}

/// What there is only while it is enabled; fields are dropped in this order.
pub(crate) struct Listening {
    hook: OwnedHook,
    sights: Arc<Sights>,
}

impl Tool for ContextWatchBuilder {
    type Listener = Listening;

    fn listener(&self) -> Listening {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let (origins, tallies) = (id_map(), Mutex::default());
        let sights = Arc::new(Sights { number, settings: self.clone(), origins, tallies });
        let mut all = all();
        all.retain(|sights| sights.strong_count() > 0);
        all.push(Arc::downgrade(&sights));
        Listening { hook: OwnedHook::new(Arc::clone(&sights)), sights }
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
    /// Starts a watch of this local, which counts every loss.
    pub fn of<T: Send + Sync + 'static>(local: &'static AsyncLocal<T>) -> ContextWatchBuilder {
        let read = move || local.with(|value| value.is_some());
        ContextWatchBuilder {
            local: Watched { name: local.name(), address: address(local), read: Arc::new(read) },
            ignore: Ignore::default(),
            counts_barriers: true,
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

    /// What started without a value that its creator had, since the watch was enabled. Empty while it is disabled.
    pub fn losses(&self) -> ContextLosses {
        let listening = self.switch.listener();
        let tallies = listening.map_or_else(HashMap::new, |listening| listening.sights.tallies().clone());
        ContextLosses::new(self.switch.tool().local.name, tallies)
    }
}

impl fmt::Debug for ContextWatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (settings, is_enabled) = (self.switch.tool(), self.is_enabled());
        f.debug_struct("ContextWatch").field("settings", settings).field("is_enabled", &is_enabled).finish()
    }
}

/// A watch in the making; see [`ContextWatch::of`].
#[derive(Clone)]
#[must_use = "a watch is made by `build`"]
pub struct ContextWatchBuilder {
    local: Watched,
    ignore: Ignore,
    counts_barriers: bool,
}

impl ContextWatchBuilder {
    /// Does not count what is of exactly this kind.
    pub fn ignore_kind(mut self, kind: &str) -> Self {
        self.ignore.kind(kind);
        self
    }

    /// Does not count what was created at a place whose `file:line:column` contains this. Numbers match as a whole, so line 1 does
    /// not stand for line 12.
    pub fn ignore_location(mut self, part: &str) -> Self {
        self.ignore.location(part);
        self
    }

    /// Does not count values that were there at a creation and did not come along: for a local whose barriers are meant.
    ///
    /// From outside, a barrier that somebody wanted looks like a loss: a hook sees the value on one side and not on the other.
    pub fn ignore_barriers(mut self) -> Self {
        self.counts_barriers = false;
        self
    }

    /// The watch, disabled.
    #[must_use = "a watch listens once it is enabled"]
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
            .finish()
    }
}

/// The local, whatever its type is.
#[derive(Clone)]
struct Watched {
    name: &'static str,
    address: usize,
    /// Whether it has a value here.
    read: Arc<dyn Fn() -> bool + Send + Sync>,
}

fn address<T>(local: &AsyncLocal<T>) -> usize {
    ptr::from_ref(local).addr()
}

/// Those that listen, so that a read finds the watch of its local.
static ALL: Mutex<Vec<Weak<Sights>>> = Mutex::new(Vec::new());

fn all() -> MutexGuard<'static, Vec<Weak<Sights>>> {
    ALL.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Explains why the local has no value here. An enabled watch knows more.
#[cold]
pub(crate) fn explain<T>(local: &AsyncLocal<T>, read_at: Location) -> ContextLost {
    let here = execution_async_id();
    let is_of_it = |sights: &Arc<Sights>| sights.settings.local.address == address(local);
    let watching = Vec::from_iter(all().iter().filter_map(Weak::upgrade).filter(is_of_it));
    let origin = watching.iter().find_map(|sights| sights.get(here));
    ContextLost::here(local.name(), read_at, origin.as_ref())
}

/// What was seen of everybody who is alive: a hook.
struct Sights {
    /// Never zero.
    number: u64,
    settings: ContextWatchBuilder,
    origins: IdMap<Arc<Origin>>,
    tallies: Mutex<HashMap<LossSite, Tally>>,
}

impl Hook for Sights {
    fn init(&self, resource: &Resource) {
        let is_present = (self.settings.local.read)();
        let creator = self.creator();
        if let (true, Creator::Seen(creator)) = (is_present, &creator) {
            creator.note_it_had_it();
        }
        let origin = Origin::new(*resource, Sight::of(is_present), &creator);
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
    /// What ran here lately, each in the place that its id has, and for which watch: most polls are not the first.
    static RAN: [Cell<(u64, u64)>; RECENT] = const { [const { Cell::new((0, 0)) }; RECENT] };
}

impl Sights {
    fn get(&self, id: AsyncId) -> Option<Arc<Origin>> {
        self.origins.get(&id).map(|origin| Arc::clone(&origin))
    }

    fn tallies(&self) -> MutexGuard<'_, HashMap<LossSite, Tally>> {
        self.tallies.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whoever executes, in an `init`. One that came before the watch can still be named.
    fn creator(&self) -> Creator {
        match execution_async_id() {
            AsyncId::ROOT => Creator::Root,
            id => {
                Creator::Seen(self.get(id).unwrap_or_else(|| {
                    Arc::new(Origin::new(execution_async_resource(), Sight::Unknown, &Creator::Cut))
                }))
            }
        }
    }

    #[inline]
    fn has_run_here_lately(&self, id: AsyncId) -> bool {
        let ran = (self.number, id.as_u64());
        RAN.with(|recent| recent[id.as_u64() as usize % RECENT].replace(ran) == ran)
    }

    #[inline(never)]
    fn see_start(&self, id: AsyncId) {
        let Some(origin) = self.get(id).filter(|origin| origin.at_start() == Sight::Unknown) else { return };
        let is_present = (self.settings.local.read)();
        if origin.start(Sight::of(is_present)) && !is_present {
            self.count_loss(&origin);
        }
    }

    /// Counts one that started without, if its creator had it as its own: from its start on, not for a time only.
    #[cold]
    fn count_loss(&self, origin: &Origin) {
        let creator = origin.creator().seen();
        let way = match origin.at_creation() {
            Sight::Present if self.settings.counts_barriers => Way::OnTheWay,
            Sight::Missing if creator.is_some_and(|creator| creator.at_start() == Sight::Present) => {
                Way::BeforeCreating
            }
            _ => return,
        };
        let (created, creator) = (origin.resource(), creator.map(|creator| creator.resource()));
        if !self.settings.ignore.is_ignored(&created) {
            let site = LossSite::new(&created, creator.as_ref(), way);
            self.tallies().entry(site).or_insert(Tally { count: 0, example: created, creator }).count += 1;
        }
    }
}
