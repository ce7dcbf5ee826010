//! Watches the value of one local through all resources.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use async_hooks_core::AsyncLocal;
use async_hooks_tools::Labeller;

use crate::context::context_loss_report::ContextLossReport;
use crate::context::watch_hook::{WatchHook, WatchSettings, Watched};
use crate::tool::enabled_tool::EnabledTool;
use crate::tool::ignore::Ignore;
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
pub(crate) struct ContextListening {
    hook: OwnedHook,
    state: Arc<WatchHook>,
}

impl Tool for ContextWatchBuilder {
    type Listener = ContextListening;

    fn listener(&self) -> ContextListening {
        let state = WatchHook::new(self.settings.clone());
        ContextListening { hook: OwnedHook::new(Arc::clone(&state)), state }
    }

    fn acts_by_itself(&self) -> bool {
        true
    }
}

impl Listen for ContextListening {
    fn listen(&self) {
        self.hook.enable();
    }
}

impl ContextWatch {
    /// Begins to build a watch of this local. Unless it is set otherwise, every loss counts.
    pub fn of<T: Send + Sync + 'static>(local: &'static AsyncLocal<T>) -> ContextWatchBuilder {
        let local = Watched::new(local);
        let settings = WatchSettings { local, ignore: Ignore::default(), counts_barriers: true, labeller: None };
        ContextWatchBuilder { settings }
    }

    /// Enables the watch until `disable`, even after the last handle is dropped.
    ///
    /// What was created before stays unknown.
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

    /// Disables the watch and forgets what was counted.
    ///
    /// ```
    /// use async_hooks_core::{AsyncLocal, AsyncResource};
    /// use async_hooks_diagnostics::ContextWatch;
    ///
    /// static USER: AsyncLocal<&str> = AsyncLocal::new();
    ///
    /// let watch = ContextWatch::of(&USER).build();
    /// watch.enable();
    /// AsyncResource::new("job").run_in_async_scope(|| ());
    /// assert_eq!(watch.losses().started(), 1);
    /// assert_eq!(watch.disable().losses().started(), 0);
    /// ```
    pub fn disable(&self) -> &Self {
        self.switch.disable();
        self
    }

    /// Whether the watch is enabled.
    #[must_use]
    pub fn is_enabled(&self) -> bool {
        self.switch.is_on()
    }

    /// Reports the resources that started without a value of their creator.
    ///
    /// The report is empty while the watch is disabled.
    pub fn losses(&self) -> ContextLossReport {
        let name = self.switch.tool().settings.local.name();
        match self.switch.listener() {
            None => ContextLossReport::new(name, HashMap::new(), 0),
            Some(listening) => ContextLossReport::new(name, listening.state.tallies(), listening.state.started()),
        }
    }
}

impl fmt::Debug for ContextWatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (settings, is_enabled) = (self.switch.tool(), self.is_enabled());
        f.debug_struct("ContextWatch").field("settings", settings).field("is_enabled", &is_enabled).finish()
    }
}

/// The settings of a [`ContextWatch`]; made by [`ContextWatch::of`].
///
/// # Examples
///
/// ```
/// use async_hooks_core::{AsyncLocal, AsyncResource};
/// use async_hooks_diagnostics::ContextWatch;
///
/// static USER: AsyncLocal<&str> = AsyncLocal::new();
///
/// let refresh = || AsyncResource::new("refresh");
/// let line = refresh().resource().location().to_string();
/// let watch = ContextWatch::of(&USER).ignore_kind("heartbeat").ignore_location(&line).build();
/// watch.enable();
///
/// let request = USER.run("alice", || AsyncResource::new("request"));
/// let create = || USER.exit(|| [AsyncResource::new("heartbeat"), refresh(), AsyncResource::new("job")]);
/// let created = request.run_in_async_scope(create);
/// created.iter().for_each(|job| job.run_in_async_scope(|| ()));
///
/// let report = watch.losses();
/// let [loss] = report.losses() else { panic!("{report}") };
/// assert_eq!((loss.kind(), loss.count()), ("job", 1));
/// ```
#[derive(Clone, Debug)]
#[must_use = "`build` makes the watch"]
pub struct ContextWatchBuilder {
    settings: WatchSettings,
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
        self.settings.labeller = Some(Labeller::new(label));
        self
    }

    /// Does not count resources of exactly this kind.
    pub fn ignore_kind(mut self, kind: &str) -> Self {
        self.settings.ignore.kind(kind);
        self
    }

    /// Does not count resources whose `file:line:column` contains this.
    ///
    /// Numbers match as a whole, so line 1 does not match line 12.
    pub fn ignore_location(mut self, part: &str) -> Self {
        self.settings.ignore.location(part);
        self
    }

    /// Does not count values that were there at a creation and were not inherited.
    ///
    /// For a local with an intended barrier.
    ///
    /// A hook cannot tell an intended barrier from a loss: it sees the value on one side and not on the other.
    ///
    /// ```
    /// use async_hooks_core::{AsyncLocal, AsyncResource, Inherit};
    /// use async_hooks_diagnostics::ContextWatch;
    ///
    /// static TRANSACTION: AsyncLocal<&str> = AsyncLocal::new().inherit(Inherit::Barrier);
    ///
    /// let watch = ContextWatch::of(&TRANSACTION).ignore_barriers().build();
    /// watch.enable();
    /// let task = TRANSACTION.run("open", || AsyncResource::builder("task").spawned().build());
    /// task.run_in_async_scope(|| assert_eq!(TRANSACTION.get(), None));
    /// assert_eq!(watch.losses().count(), 0);
    /// ```
    pub fn ignore_barriers(mut self) -> Self {
        self.settings.counts_barriers = false;
        self
    }

    /// Makes the watch, disabled.
    #[must_use = "a watch sees nothing until it is enabled"]
    pub fn build(self) -> ContextWatch {
        ContextWatch { switch: Switch::new(self) }
    }
}
