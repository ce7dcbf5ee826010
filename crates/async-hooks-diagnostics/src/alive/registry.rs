//! The registry of living resources.

use std::fmt;
use std::sync::Arc;

use async_hooks_core::AsyncId;
use async_hooks_tools::Labeller;

use crate::alive::clock::Moment;
use crate::alive::live_resource::LiveResource;
use crate::alive::notes::{NoteSettings, NoteTaker};
use crate::alive::record::Record;
use crate::alive::table::TABLE;
use crate::alive::tree::Tree;
use crate::alive::watch::Watch;
use crate::alive::within_future::WithinFuture;
use crate::tool::enabled_tool::EnabledTool;
use crate::tool::reach::Reach;
use crate::tool::switch::{Listen, Switch, Tool};

/// Lists the living resources: created since it was enabled, and not destroyed yet.
///
/// Use it to look into a running program: which tasks hang, what triggered them, when they were last polled. For what has been
/// alive for too long there is [`LeakDetector`](crate::LeakDetector).
///
/// Clones of a handle are cheap and refer to the same registry. All registries, detectors and leak tests of a process share
/// one table, so a second one costs next to nothing. An enabled registry that has no handle left costs nothing.
///
/// Node: the map in the documentation of `createHook`, and the package `why-is-node-running`; Kotlin: `DebugProbes`.
///
/// # Examples
///
/// ```
/// use async_hooks_core::AsyncResource;
/// use async_hooks_diagnostics::Registry;
///
/// let registry = Registry::new();
/// registry.enable();
///
/// let request = AsyncResource::new("request");
/// let query = request.run_in_async_scope(|| AsyncResource::new("query"));
/// let tree = registry.tree().to_string();
/// assert!(tree.contains("request") && tree.contains("query"), "{tree}");
///
/// drop(request);
/// assert_eq!(registry.live()[0].resource(), query.resource());
/// ```
#[derive(Clone)]
pub struct Registry {
    switch: Arc<Switch<Settings>>,
}

/// The settings of a registry.
pub(crate) struct Settings {
    labeller: Option<Labeller>,
    reach: Reach,
}

/// What listens for an enabled registry; fields are dropped in this order.
pub(crate) struct AliveListening {
    notes: Option<NoteTaker>,
    watch: Watch,
}

impl Tool for Settings {
    type Listener = AliveListening;

    fn listener(&self) -> AliveListening {
        let settings = NoteSettings {
            labeller: self.labeller.clone(),
            reach: Some(self.reach.clone()),
            ..NoteSettings::default()
        };
        AliveListening { notes: NoteTaker::new(settings), watch: Watch::lives_and_polls() }
    }

    fn acts_by_itself(&self) -> bool {
        false
    }

    fn reach(&self) -> Option<&Reach> {
        Some(&self.reach)
    }
}

impl Listen for AliveListening {
    fn listen(&self) {
        // The table's hooks come first: each resource that has a note is then in the table, too.
        self.watch.listen();
        self.notes.iter().for_each(NoteTaker::enable);
    }
}

impl AliveListening {
    fn label_of(&self, id: AsyncId) -> Option<Arc<str>> {
        self.notes.as_ref()?.label_of(id)
    }
}

impl Registry {
    /// Makes a disabled registry.
    #[must_use]
    pub fn new() -> Self {
        Registry::labelled(None)
    }

    /// Makes a disabled registry that gives each resource a label when it is created.
    ///
    /// The label is the path of the request, for example.
    ///
    /// The closure runs inside the creator, and so reads every [`AsyncLocal`](async_hooks_core::AsyncLocal) of it. It runs for each
    /// resource: keep it short. A label is cut at 256 bytes. If the closure panics, there are no labels from then on.
    ///
    /// ```
    /// use async_hooks_core::{AsyncLocal, AsyncResource};
    /// use async_hooks_diagnostics::Registry;
    ///
    /// static PATH: AsyncLocal<String> = AsyncLocal::new();
    ///
    /// let registry = Registry::new().label_with(|| PATH.get());
    /// registry.enable();
    /// let query = PATH.run("/orders".to_owned(), || AsyncResource::new("query"));
    /// assert_eq!(registry.get(query.async_id()).unwrap().label(), Some("/orders"));
    /// ```
    #[must_use = "the labels belong to the registry that is returned"]
    pub fn label_with<V: fmt::Display>(self, label: impl Fn() -> Option<V> + Send + Sync + 'static) -> Self {
        Registry::labelled(Some(Labeller::new(label)))
    }

    fn labelled(labeller: Option<Labeller>) -> Self {
        Registry { switch: Switch::new(Settings { labeller, reach: Reach::new() }) }
    }

    /// Enables the registry; what was created before stays unknown.
    ///
    /// Does nothing if it is enabled.
    pub fn enable(&self) -> &Self {
        self.switch.enable();
        self
    }

    /// Enables the registry until the returned guard is dropped.
    ///
    /// Guards are counted: the last one disables, unless [`enable`](Self::enable) was called as well.
    ///
    /// ```
    /// use async_hooks_diagnostics::Registry;
    ///
    /// let registry = Registry::new();
    /// let enabled = registry.enable_scoped();
    /// assert!(registry.is_enabled());
    /// drop(enabled);
    /// assert!(!registry.is_enabled());
    /// ```
    pub fn enable_scoped(&self) -> EnabledTool {
        self.switch.enable_scoped()
    }

    /// Enables the registry for what `future` causes, and returns the future.
    ///
    /// It lists what is created inside, what that creates, and so on, on any thread; [`detached`](async_hooks_core::detached) code
    /// excepted. Tests that run in parallel each see their own. It goes on after the future is done, until
    /// [`disable`](Self::disable) or the drop of the last handle. A registry that is [enabled](Self::enable) as well lists all.
    ///
    /// ```
    /// use async_hooks_core::AsyncResource;
    /// use async_hooks_diagnostics::Registry;
    /// # use futures::executor::block_on;
    ///
    /// let registry = Registry::new();
    /// let query = block_on(registry.within(async { AsyncResource::new("query") }));
    /// let other = AsyncResource::new("other");
    /// assert_eq!(registry.len(), 1);
    /// assert!(registry.get(query.async_id()).is_some() && registry.get(other.async_id()).is_none());
    /// ```
    pub fn within<F: Future>(&self, future: F) -> WithinFuture<F> {
        self.switch.enable_within();
        WithinFuture::new(Some(&self.switch.tool().reach), future)
    }

    /// Disables the registry and forgets everything.
    ///
    /// ```
    /// use async_hooks_core::AsyncResource;
    /// use async_hooks_diagnostics::Registry;
    ///
    /// let registry = Registry::new();
    /// registry.enable();
    /// let _query = AsyncResource::new("query");
    /// assert!(!registry.is_empty());
    /// assert!(registry.disable().is_empty());
    /// ```
    pub fn disable(&self) -> &Self {
        self.switch.disable();
        self
    }

    /// Whether the registry is enabled.
    #[must_use]
    pub fn is_enabled(&self) -> bool {
        self.switch.is_on()
    }

    /// The number of living resources. Looks at each of them.
    #[must_use]
    pub fn len(&self) -> usize {
        let count = |listening: Arc<AliveListening>| {
            TABLE.count_since(listening.watch.generation(), |record| self.sees(record))
        };
        self.switch.listener().map_or(0, count)
    }

    /// Whether nothing is alive.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The living resources, by id.
    ///
    /// The program goes on meanwhile, so a resource that is created or destroyed during the call may be listed or not. A million
    /// take less than a second.
    #[must_use]
    pub fn live(&self) -> Vec<LiveResource> {
        let Some(listening) = self.switch.listener() else { return Vec::new() };
        LiveResource::all(listening.watch.generation(), |record| self.sees(record), |id| listening.label_of(id))
    }

    /// The resource with this id, if it is alive.
    #[must_use]
    pub fn get(&self, id: AsyncId) -> Option<LiveResource> {
        let listening = self.switch.listener()?;
        let is_listed = |record: &Arc<Record>| record.generation() >= listening.watch.generation() && self.sees(record);
        let record = TABLE.get(id).filter(is_listed)?;
        Some(LiveResource::new(&record, listening.label_of(id), Moment::now()))
    }

    fn sees(&self, record: &Record) -> bool {
        record.is_within_reach(&self.switch.tool().reach)
    }

    /// The living resources as a tree, each below its trigger.
    pub fn tree(&self) -> Tree {
        Tree::new(self.live())
    }

    /// The number of events of resources that were created before any tool was enabled.
    ///
    /// They are ignored: nothing is known of those resources.
    ///
    /// ```
    /// use async_hooks_core::AsyncResource;
    /// use async_hooks_diagnostics::Registry;
    ///
    /// let early = AsyncResource::new("early");
    /// let registry = Registry::new();
    /// registry.enable();
    /// drop(early);
    /// assert_eq!(registry.unknown_events(), 1);
    /// ```
    #[must_use]
    pub fn unknown_events(&self) -> u64 {
        TABLE.unknown_events()
    }
}

impl Default for Registry {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Registry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Registry").field("is_enabled", &self.is_enabled()).finish_non_exhaustive()
    }
}
