//! Finds what has been alive for too long, and what has outlived its trigger.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_hooks_core::Resource;

use crate::alive::clock::Moment;
use crate::alive::notes::{NoteSettings, NoteTaker};
use crate::alive::record::Record;
use crate::alive::table::TABLE;
use crate::alive::watch::Watch;
use crate::leaks::growth_report::{GrowthReport, LeakSnapshot};
use crate::leaks::leak::Leak;
use crate::leaks::leak_report::LeakReport;
use crate::leaks::runtime::Runtime;
use crate::leaks::site::{self, Alive, by_site};
use crate::tool::enabled_tool::EnabledTool;
use crate::tool::ignore::Ignore;
use crate::tool::label::Labeller;
use crate::tool::switch::{Listen, Switch, Tool};

/// Finds what has been alive for too long, and *orphans*, whose trigger has been destroyed.
///
/// Enable it in production and ask for a [`report`](Self::report) from time to time, or compare two moments by
/// [`snapshot`](Self::snapshot) and [`since`](Self::since). In tests, [`assert_no_leaks`](crate::assert_no_leaks) is shorter.
///
/// Node has no such tool: its documentation leaves leaks to a hook of the program.
///
/// Clones of a handle are cheap and refer to the same detector. An enabled detector that has no handle left costs nothing.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use async_hooks_core::AsyncResource;
/// use async_hooks_diagnostics::LeakDetector;
///
/// let detector = LeakDetector::builder().older_than(Duration::from_secs(60)).build();
/// detector.enable();
/// let request = AsyncResource::new("request");
/// let task = request.run_in_async_scope(|| AsyncResource::new("forgotten task"));
/// assert!(!detector.report().leaks().iter().any(|leak| leak.kind() == "forgotten task"), "it is young");
///
/// drop(request);
/// let report = detector.report();
/// let leak = report.leaks().iter().find(|leak| leak.kind() == "forgotten task").unwrap();
/// assert!(leak.is_orphan());
/// # drop(task);
/// ```
#[derive(Clone)]
pub struct LeakDetector {
    switch: Arc<Switch<LeakDetectorBuilder>>,
}

/// What listens for an enabled detector; fields are dropped in this order.
pub(crate) struct Listening {
    notes: Option<NoteTaker>,
    watch: Watch,
}

impl Tool for LeakDetectorBuilder {
    type Listener = Listening;

    fn listener(&self) -> Listening {
        Listening { notes: NoteTaker::new(self.notes.clone()), watch: Watch::lives() }
    }

    fn acts_by_itself(&self) -> bool {
        false
    }
}

impl Listen for Listening {
    fn listen(&self) {
        // The table's hooks come first: each resource that has a note is then in the table, too.
        self.watch.listen();
        self.notes.iter().for_each(NoteTaker::enable);
    }
}

impl LeakDetector {
    /// Begins a detector.
    ///
    /// Unless it is set otherwise, a resource leaks after a minute, an orphan at once, and nothing is ignored.
    pub fn builder() -> LeakDetectorBuilder {
        LeakDetectorBuilder {
            older_than: Duration::from_secs(60),
            orphans_after: Duration::ZERO,
            ignore: Ignore::default(),
            notes: NoteSettings::default(),
        }
    }

    /// Enables the detector; what was created before stays unknown.
    ///
    /// Does nothing if it is enabled.
    pub fn enable(&self) -> &Self {
        self.switch.enable();
        self
    }

    /// Enables the detector until the returned guard is dropped.
    ///
    /// Guards are counted: the last one disables, unless [`enable`](Self::enable) was called as well.
    ///
    /// ```
    /// use async_hooks_diagnostics::LeakDetector;
    ///
    /// let detector = LeakDetector::builder().build();
    /// let enabled = detector.enable_scoped();
    /// assert!(detector.is_enabled());
    /// drop(enabled);
    /// assert!(!detector.is_enabled());
    /// ```
    pub fn enable_scoped(&self) -> EnabledTool {
        self.switch.enable_scoped()
    }

    /// Disables the detector and forgets everything.
    pub fn disable(&self) -> &Self {
        self.switch.disable();
        self
    }

    /// Whether the detector is enabled.
    #[must_use]
    pub fn is_enabled(&self) -> bool {
        self.switch.is_on()
    }

    /// Reports what leaks now; empty while the detector is disabled.
    pub fn report(&self) -> LeakReport {
        let (now, settings) = (Moment::now(), self.switch.tool());
        let Some(listening) = self.switch.listener() else { return LeakReport::new(std::iter::empty()) };
        let alive = listening.alive(settings, |record| settings.is_leak(record, now));
        let note_of = |resource: &Resource| listening.notes.as_ref()?.note_of(resource.async_id());
        let report = LeakReport::new(by_site(alive).into_values().filter_map(|group| Leak::new(group, now, note_of)));
        report.with_unseen_tasks(Runtime::current().tasks().saturating_sub(TABLE.count_since(0)))
    }

    /// Counts the living by site, however young, to compare with later.
    pub fn snapshot(&self) -> LeakSnapshot {
        LeakSnapshot::new(self.alive())
    }

    /// Reports what grew since the snapshot.
    ///
    /// It finds leaks that grow slowly, or whose members do not get old.
    pub fn since(&self, snapshot: &LeakSnapshot) -> GrowthReport {
        GrowthReport::new(snapshot, self.alive())
    }

    fn alive(&self) -> Vec<Alive> {
        let listening = self.switch.listener();
        listening.map_or_else(Vec::new, |listening| listening.alive(self.switch.tool(), |_| true))
    }
}

impl fmt::Debug for LeakDetector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let is_enabled = self.is_enabled();
        f.debug_struct("LeakDetector").field("settings", self.switch.tool()).field("is_enabled", &is_enabled).finish()
    }
}

impl Listening {
    /// The chosen resources that are not ignored.
    ///
    /// The rules are applied afterwards: no text is made while a part of the table is locked.
    fn alive(&self, settings: &LeakDetectorBuilder, is_chosen: impl Fn(&Record) -> bool) -> Vec<Alive> {
        let mut alive = site::gather(self.watch.generation(), is_chosen);
        alive.retain(|alive| !settings.ignore.is_ignored(&alive.resource) && !self.is_ignored_label(settings, alive));
        alive
    }

    fn is_ignored_label(&self, settings: &LeakDetectorBuilder, alive: &Alive) -> bool {
        let label = self.notes.as_ref().and_then(|notes| notes.label_of(alive.resource.async_id()));
        label.is_some_and(|label| settings.ignore.is_ignored_label(&label))
    }
}

/// The settings of a [`LeakDetector`]; made by [`LeakDetector::builder`].
#[derive(Clone)]
#[must_use = "`build` makes the detector"]
pub struct LeakDetectorBuilder {
    older_than: Duration,
    orphans_after: Duration,
    ignore: Ignore,
    notes: NoteSettings,
}

impl LeakDetectorBuilder {
    /// The age from which on a living resource is a leak: a minute by default.
    ///
    /// Zero means all that live.
    pub fn older_than(mut self, age: Duration) -> Self {
        self.older_than = age;
        self
    }

    /// The time that an orphan may live on before it is a leak: none by default.
    ///
    /// What a dependency has created is no leak for being an orphan: a pooled connection may outlive the request that opened it. It
    /// leaks when it is old enough.
    ///
    /// For programs whose requests leave a little work behind on purpose.
    pub fn orphans_after(mut self, grace: Duration) -> Self {
        self.orphans_after = grace;
        self
    }

    /// Leaves out resources of exactly this kind: `"tokio::Mutex"`.
    pub fn ignore_kind(mut self, kind: &str) -> Self {
        self.ignore.kind(kind);
        self
    }

    /// Leaves out resources whose `file:line:column` contains this text.
    ///
    /// For example `"src/pool.rs"` or `"src/pool.rs:12"`.
    ///
    /// Numbers match as a whole, so line 1 does not match line 12.
    pub fn ignore_location(mut self, part: &str) -> Self {
        self.ignore.location(part);
        self
    }

    /// Leaves out resources with exactly this label.
    pub fn ignore_label(mut self, label: &str) -> Self {
        self.ignore.label(label);
        self
    }

    /// Gives each resource a label when it is created: the path of the request, for example.
    ///
    /// The closure runs inside the creator, and so reads every [`AsyncLocal`](async_hooks_core::AsyncLocal) of it. It runs for each
    /// resource: keep it short. A label is cut at 256 bytes. If the closure panics, there are no labels from then on.
    ///
    /// ```
    /// use std::time::Duration;
    /// use async_hooks_core::{AsyncLocal, AsyncResource};
    /// use async_hooks_diagnostics::LeakDetector;
    ///
    /// static PATH: AsyncLocal<String> = AsyncLocal::new();
    ///
    /// let detector = LeakDetector::builder().older_than(Duration::ZERO).label_with(|| PATH.get()).build();
    /// detector.enable();
    /// let _kept = PATH.run("/orders".to_owned(), || AsyncResource::new("query"));
    ///
    /// let report = detector.report();
    /// let leak = report.leaks().iter().find(|leak| leak.kind() == "query").unwrap();
    /// assert_eq!(leak.labels().next(), Some(("/orders", 1)));
    /// ```
    pub fn label_with<V: fmt::Display>(mut self, label: impl Fn() -> Option<V> + Send + Sync + 'static) -> Self {
        self.notes.labeller = Some(Labeller::new(label));
        self
    }

    /// Keeps for each resource the calls that led to its creation.
    ///
    /// It takes microseconds for each resource, so use it while you look for a leak, and not in production.
    pub fn backtraces(mut self) -> Self {
        self.notes.wants_backtraces = true;
        self
    }

    /// Makes the detector, disabled.
    #[must_use = "a detector sees nothing until it is enabled"]
    pub fn build(self) -> LeakDetector {
        LeakDetector { switch: Switch::new(self) }
    }

    fn is_leak(&self, record: &Record, now: Moment) -> bool {
        let is_old = || now.since(record.born()) >= self.older_than;
        is_old() || site::is_orphan_since(record, now, self.orphans_after)
    }
}

impl fmt::Debug for LeakDetectorBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LeakDetectorBuilder")
            .field("older_than", &self.older_than)
            .field("orphans_after", &self.orphans_after)
            .field("ignore", &self.ignore)
            .field("notes", &self.notes)
            .finish()
    }
}
