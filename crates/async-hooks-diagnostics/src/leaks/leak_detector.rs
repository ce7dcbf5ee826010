//! What has been alive for too long, and what has outlived its cause.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_hooks_core::Resource;

use crate::alive::clock::Moment;
use crate::alive::record::Record;
use crate::alive::watch::Watch;
use crate::ignore::Ignore;
use crate::leaks::group::{self, Alive, by_site};
use crate::leaks::growth::{Growth, LeakSnapshot};
use crate::leaks::leak::{Leak, LeakReport};
use crate::leaks::note::{Label, Notes};
use crate::tool::enabled_tool::EnabledTool;
use crate::tool::owned_hook::OwnedHook;
use crate::tool::switch::{Listen, Switch, Tool};

/// Finds what has been alive for too long, and *orphans*: what still lives when whatever triggered it is gone.
///
/// Let it run in production and ask for a [`report`](Self::report) now and then, or compare two moments with
/// [`snapshot`](Self::snapshot) and [`since`](Self::since). In tests, [`assert_no_leaks`](crate::assert_no_leaks) is shorter.
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

/// What there is only while a detector is enabled.
pub(crate) struct Listening {
    watch: Watch,
    noting: Option<OwnedHook>,
    notes: Option<Arc<Notes>>,
}

impl Tool for LeakDetectorBuilder {
    type Listener = Listening;

    fn listener(&self) -> Listening {
        let wants_notes = self.label.is_some() || self.wants_backtraces;
        let notes = wants_notes.then(|| Arc::new(Notes::new(self.label.clone(), self.wants_backtraces)));
        let noting = notes.as_ref().map(|notes| OwnedHook::new(Arc::clone(notes)));
        Listening { watch: Watch::lives(), noting, notes }
    }

    fn acts_by_itself(&self) -> bool {
        false
    }
}

impl Listen for Listening {
    fn listen(&self) {
        // The table's hooks come first: each resource that has a note is then in the table, too.
        self.watch.listen();
        self.noting.iter().for_each(OwnedHook::enable);
    }
}

impl LeakDetector {
    /// Starts a detector: after a minute something is a leak, an orphan at once, and nothing is ignored.
    pub fn builder() -> LeakDetectorBuilder {
        LeakDetectorBuilder {
            older_than: Duration::from_secs(60),
            orphans_after: Duration::ZERO,
            ignore: Ignore::default(),
            label: None,
            wants_backtraces: false,
        }
    }

    /// Enables the detector; what was created before stays unknown. Does nothing if it is enabled.
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

    /// Disables the detector and forgets everything, whoever had it enabled.
    pub fn disable(&self) -> &Self {
        self.switch.disable();
        self
    }

    /// Whether the detector is enabled.
    #[must_use]
    pub fn is_enabled(&self) -> bool {
        self.switch.is_on()
    }

    /// What leaks now. Empty while the detector is disabled.
    pub fn report(&self) -> LeakReport {
        let (now, settings) = (Moment::now(), self.switch.tool());
        let Some(listening) = self.switch.listener() else { return LeakReport::new(std::iter::empty()) };
        let alive = listening.alive(settings, |record| settings.is_leak(record, now));
        let note_of = |resource: &Resource| listening.notes.as_ref()?.get(resource.async_id());
        LeakReport::new(by_site(alive).into_values().filter_map(|group| Leak::new(group, now, note_of)))
    }

    /// How many are alive of everything, however young, to be compared with later.
    pub fn snapshot(&self) -> LeakSnapshot {
        LeakSnapshot::new(self.alive())
    }

    /// What grew since the snapshot: the way to a leak whose members do not grow old, or come in by drops.
    pub fn since(&self, snapshot: &LeakSnapshot) -> Growth {
        Growth::new(snapshot, self.alive())
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
    /// Those that are chosen and not ignored. Rules are looked at afterwards: no text is made while a part of the table is
    /// locked.
    fn alive(&self, settings: &LeakDetectorBuilder, is_chosen: impl Fn(&Record) -> bool) -> Vec<Alive> {
        let mut alive = group::gather(self.watch.generation(), is_chosen);
        alive.retain(|alive| !settings.ignore.is_ignored(&alive.resource) && !self.is_ignored_label(settings, alive));
        alive
    }

    fn is_ignored_label(&self, settings: &LeakDetectorBuilder, alive: &Alive) -> bool {
        let note = self.notes.as_ref().and_then(|notes| notes.get(alive.resource.async_id()));
        note.is_some_and(|note| note.label().is_some_and(|label| settings.ignore.is_ignored_label(label)))
    }
}

/// A detector in the making; see [`LeakDetector::builder`].
#[derive(Clone)]
#[must_use = "a detector is made by `build`"]
pub struct LeakDetectorBuilder {
    older_than: Duration,
    orphans_after: Duration,
    ignore: Ignore,
    label: Option<Label>,
    wants_backtraces: bool,
}

impl LeakDetectorBuilder {
    /// From which age on something that lives is a leak; zero means everything that lives. A minute, if nothing is said.
    pub fn older_than(mut self, age: Duration) -> Self {
        self.older_than = age;
        self
    }

    /// How long an orphan may go on, whatever its age, before it is a leak: for programs whose requests leave a little work
    /// behind on purpose. Not at all, if nothing is said.
    pub fn orphans_after(mut self, grace: Duration) -> Self {
        self.orphans_after = grace;
        self
    }

    /// Leaves out what is of exactly this kind: `"tokio::Mutex"`.
    pub fn ignore_kind(mut self, kind: &str) -> Self {
        self.ignore.kind(kind);
        self
    }

    /// Leaves out what was created at a place whose `file:line:column` contains this: `"src/pool.rs"`, `"src/pool.rs:12"`.
    ///
    /// Numbers match as a whole, so line 1 does not stand for line 12.
    pub fn ignore_location(mut self, part: &str) -> Self {
        self.ignore.location(part);
        self
    }

    /// Leaves out what carries exactly this label.
    pub fn ignore_label(mut self, label: &str) -> Self {
        self.ignore.label(label);
        self
    }

    /// Gives each resource a label when it is created, to be shown in reports: the path of the request, say.
    ///
    /// The closure runs inside the creator, and so can read every [`AsyncLocal`](async_hooks_core::AsyncLocal). It runs for each resource:
    /// keep it short. If it panics, there are no labels from then on.
    ///
    /// ```
    /// use std::time::Duration;
    /// use async_hooks_core::{AsyncLocal, AsyncResource};
    /// use async_hooks_diagnostics::LeakDetector;
    ///
    /// static PATH: AsyncLocal<String> = AsyncLocal::new();
    ///
    /// let path = || PATH.get().map(|path| path.to_string());
    /// let detector = LeakDetector::builder().older_than(Duration::ZERO).label_with(path).build();
    /// detector.enable();
    /// let _kept = PATH.run("/orders".to_owned(), || AsyncResource::new("query"));
    ///
    /// let report = detector.report();
    /// let leak = report.leaks().iter().find(|leak| leak.kind() == "query").unwrap();
    /// assert_eq!(leak.labels().next(), Some(("/orders", 1)));
    /// ```
    pub fn label_with<L: Into<Option<String>>>(mut self, label: impl Fn() -> L + Send + Sync + 'static) -> Self {
        self.label = Some(Arc::new(move || label().into()));
        self
    }

    /// Notes for each resource the calls that led to its creation. This costs microseconds a resource: for a hunt, not for
    /// every day.
    pub fn backtraces(mut self) -> Self {
        self.wants_backtraces = true;
        self
    }

    /// The detector, disabled.
    #[must_use = "a detector listens once it is enabled"]
    pub fn build(self) -> LeakDetector {
        LeakDetector { switch: Switch::new(self) }
    }

    fn is_leak(&self, record: &Record, now: Moment) -> bool {
        let is_old = || now.since(record.born()) >= self.older_than;
        is_old() || group::is_orphan_since(record, now, self.orphans_after)
    }
}

impl fmt::Debug for LeakDetectorBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LeakDetectorBuilder")
            .field("older_than", &self.older_than)
            .field("orphans_after", &self.orphans_after)
            .field("ignore", &self.ignore)
            .field("has_labels", &self.label.is_some())
            .field("wants_backtraces", &self.wants_backtraces)
            .finish()
    }
}
