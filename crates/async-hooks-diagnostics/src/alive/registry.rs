//! Who is alive.

use std::fmt;
use std::sync::Arc;

use async_hooks_core::AsyncId;

use crate::alive::clock::Moment;
use crate::alive::live_resource::LiveResource;
use crate::alive::table::TABLE;
use crate::alive::tree::Tree;
use crate::alive::watch::Watch;
use crate::tool::enabled_tool::EnabledTool;
use crate::tool::switch::{Switch, Tool};

/// Who is alive: every resource created since the registry was enabled, and not destroyed yet.
///
/// Reach for it to look into a running program: what hangs, who caused it, when was it last polled. For what has been alive
/// for too long there is [`LeakDetector`](crate::LeakDetector).
///
/// Clones of a handle are cheap and refer to the same registry. All registries, detectors and leak tests of a process share
/// one table, so a second one costs next to nothing. An enabled registry that has no handle left costs nothing.
///
/// Node: the map of `createHook` examples that packages such as `why-is-node-running` keep; Kotlin: `DebugProbes`.
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
/// ```
#[derive(Clone)]
pub struct Registry {
    switch: Arc<Switch<Table>>,
}

/// A registry has no settings: what listens for it keeps the table of the living.
struct Table;

impl Tool for Table {
    type Listener = Watch;

    fn listener(&self) -> Watch {
        Watch::lives_and_polls()
    }

    fn acts_by_itself(&self) -> bool {
        false
    }
}

impl Registry {
    /// Makes a disabled registry.
    #[must_use]
    pub fn new() -> Self {
        Registry { switch: Switch::new(Table) }
    }

    /// Enables the registry; what was created before stays unknown. Does nothing if it is enabled.
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

    /// Disables the registry and forgets everything, whoever had it enabled.
    pub fn disable(&self) -> &Self {
        self.switch.disable();
        self
    }

    /// Whether the registry is enabled.
    #[must_use]
    pub fn is_enabled(&self) -> bool {
        self.switch.is_on()
    }

    /// How many resources are alive. Looks at each of them.
    #[must_use]
    pub fn len(&self) -> usize {
        self.switch.listener().map_or(0, |watch| TABLE.count_since(watch.generation()))
    }

    /// Whether none is.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Everybody who is alive, by id. The program goes on meanwhile, so what begins or ends during the call may be listed or
    /// not; a million take less than a second.
    #[must_use]
    pub fn live(&self) -> Vec<LiveResource> {
        let watch = self.switch.listener();
        watch.map_or_else(Vec::new, |watch| LiveResource::all(watch.generation(), |_| true))
    }

    /// The resource with this id, if it is alive.
    #[must_use]
    pub fn get(&self, id: AsyncId) -> Option<LiveResource> {
        let watch = self.switch.listener()?;
        let record = TABLE.get(id).filter(|record| record.generation() >= watch.generation())?;
        Some(LiveResource::new(&record, Moment::now()))
    }

    /// Everybody who is alive, each below what triggered it.
    pub fn tree(&self) -> Tree {
        Tree::new(self.live())
    }

    /// How many events were heard of resources that were created before anybody in the process listened; they were ignored.
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
