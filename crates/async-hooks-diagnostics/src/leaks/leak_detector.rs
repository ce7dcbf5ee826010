//! Finds what has been alive for too long, and what has outlived its trigger.

use std::fmt;
use std::sync::Arc;

use async_hooks_core::Resource;

use crate::alive::clock::Moment;
use crate::alive::notes::NoteTaker;
use crate::alive::record::Record;
use crate::alive::table::TABLE;
use crate::alive::task_runtime::TaskRuntime;
use crate::alive::watch::Watch;
use crate::alive::within_future::WithinFuture;
use crate::leaks::growth_report::{GrowthReport, LeakSnapshot};
use crate::leaks::leak::Leak;
use crate::leaks::leak_report::LeakReport;
use crate::leaks::leak_settings::LeakSettings;
use crate::leaks::runtime::Runtime;
use crate::leaks::site::{self, Alive, by_site};
use crate::tool::enabled_tool::EnabledTool;
use crate::tool::reach::Reach;
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
    switch: Arc<Switch<LeakSettings>>,
}

/// What listens for an enabled detector; fields are dropped in this order.
pub(crate) struct LeakListening {
    notes: Option<NoteTaker>,
    watch: Watch,
}

impl Tool for LeakSettings {
    type Listener = LeakListening;

    fn listener(&self) -> LeakListening {
        LeakListening { notes: NoteTaker::new(self.notes.clone()), watch: Watch::lives() }
    }

    fn acts_by_itself(&self) -> bool {
        false
    }

    fn reach(&self) -> Option<&Reach> {
        self.reach()
    }
}

impl Listen for LeakListening {
    fn listen(&self) {
        // The table's hooks come first: each resource that has a note is then in the table, too.
        self.watch.listen();
        self.notes.iter().for_each(NoteTaker::enable);
    }
}

impl LeakDetector {
    pub(super) fn new(settings: LeakSettings) -> LeakDetector {
        LeakDetector { switch: Switch::new(settings.with_reach(Reach::new())) }
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

    /// Enables the detector for what `future` causes, and returns the future.
    ///
    /// It sees what is created inside, what that creates, and so on, on any thread; [`detached`](async_hooks_core::detached) code
    /// excepted. Tests that run in parallel each see their own. It goes on after the future is done, until
    /// [`disable`](Self::disable) or the drop of the last handle. A detector that is [enabled](Self::enable) as well sees all.
    ///
    /// ```
    /// use std::time::Duration;
    /// use async_hooks_core::AsyncResource;
    /// use async_hooks_diagnostics::LeakDetector;
    /// # use futures::executor::block_on;
    ///
    /// let detector = LeakDetector::builder().older_than(Duration::ZERO).build();
    /// let kept = block_on(detector.within(async { AsyncResource::new("forgotten task") }));
    /// let other = AsyncResource::new("another test's task");
    /// assert_eq!(detector.report().leaks().len(), 1);
    /// # drop((kept, other));
    /// ```
    pub fn within<F: Future>(&self, future: F) -> WithinFuture<F> {
        self.switch.enable_within();
        WithinFuture::new(self.switch.tool().reach(), future)
    }

    /// Disables the detector and forgets everything.
    ///
    /// ```
    /// use std::time::Duration;
    /// use async_hooks_core::AsyncResource;
    /// use async_hooks_diagnostics::LeakDetector;
    ///
    /// let detector = LeakDetector::builder().older_than(Duration::ZERO).build();
    /// detector.enable();
    /// let _kept = AsyncResource::new("query");
    /// assert_eq!(detector.report().count(), 1);
    /// assert_eq!(detector.disable().report().count(), 0);
    /// ```
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
        let alive = listening.alive(settings, |record| settings.sees(record) && settings.is_leak(record, now));
        let note_of = |resource: &Resource| listening.notes.as_ref()?.note_of(resource.async_id());
        let report = LeakReport::new(by_site(alive).into_values().filter_map(|group| Leak::new(group, now, note_of)));
        report.with_unseen_tasks(self.unseen_tasks())
    }

    /// Counts the living by site, however young, to compare with later.
    pub fn snapshot(&self) -> LeakSnapshot {
        LeakSnapshot::new(self.alive())
    }

    /// Reports what grew since the snapshot.
    ///
    /// It finds leaks that grow slowly, or whose members do not get old.
    ///
    /// ```
    /// use async_hooks_core::AsyncResource;
    /// use async_hooks_diagnostics::LeakDetector;
    ///
    /// let detector = LeakDetector::builder().build();
    /// detector.enable();
    /// let query = || AsyncResource::new("query");
    /// let _first = query();
    /// let monday = detector.snapshot();
    /// let _more = [query(), query()];
    ///
    /// let report = detector.since(&monday);
    /// assert_eq!((report.groups()[0].before(), report.groups()[0].now()), (1, 3));
    /// ```
    pub fn since(&self, snapshot: &LeakSnapshot) -> GrowthReport {
        GrowthReport::new(snapshot, self.alive())
    }

    fn alive(&self) -> Vec<Alive> {
        let listening = self.switch.listener();
        let settings = self.switch.tool();
        listening.map_or_else(Vec::new, |listening| listening.alive(settings, |record| settings.sees(record)))
    }

    /// The number of tasks of the runtime that nothing tracks.
    ///
    /// Of a detector that sees what some futures cause, none are known to be theirs.
    fn unseen_tasks(&self) -> usize {
        let runtime = TaskRuntime::current();
        let sees_all = self.switch.tool().reach().is_some_and(Reach::sees_all);
        if sees_all {
            Runtime::current().tasks().saturating_sub(TABLE.count_since(0, |record| record.may_be_on(runtime)))
        } else {
            0
        }
    }
}

impl fmt::Debug for LeakDetector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let is_enabled = self.is_enabled();
        f.debug_struct("LeakDetector").field("settings", self.switch.tool()).field("is_enabled", &is_enabled).finish()
    }
}

impl LeakListening {
    /// The chosen resources that are not ignored.
    ///
    /// The rules are applied afterwards: no text is made while a part of the table is locked.
    fn alive(&self, settings: &LeakSettings, is_chosen: impl Fn(&Record) -> bool) -> Vec<Alive> {
        let mut alive = site::gather(self.watch.generation(), is_chosen);
        alive.retain(|alive| !settings.ignore.is_ignored(&alive.resource) && !self.is_ignored_label(settings, alive));
        alive
    }

    fn is_ignored_label(&self, settings: &LeakSettings, alive: &Alive) -> bool {
        let label = self.notes.as_ref().and_then(|notes| notes.label_of(alive.resource.async_id()));
        label.is_some_and(|label| settings.ignore.is_ignored_label(&label))
    }
}
