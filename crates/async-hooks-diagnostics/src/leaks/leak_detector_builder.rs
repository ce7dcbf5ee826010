//! The builder of a leak detector.

use std::fmt;
use std::time::Duration;

use async_hooks_tools::Labeller;

use crate::leaks::leak_detector::LeakDetector;
use crate::leaks::leak_settings::LeakSettings;

impl LeakDetector {
    /// Begins to build a detector.
    ///
    /// Unless it is set otherwise, a resource leaks after a minute, an orphan at once, and nothing is ignored.
    pub fn builder() -> LeakDetectorBuilder {
        LeakDetectorBuilder { settings: LeakSettings::default() }
    }
}

/// The settings of a [`LeakDetector`]; made by [`LeakDetector::builder`].
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use async_hooks_core::{AsyncLocal, AsyncResource};
/// use async_hooks_diagnostics::LeakDetector;
///
/// static PATH: AsyncLocal<&str> = AsyncLocal::new();
///
/// let connect = || AsyncResource::new("connection"); // its pool keeps it
/// let line = connect().resource().location().to_string();
/// let builder = LeakDetector::builder().older_than(Duration::ZERO).label_with(|| PATH.get());
/// let builder = builder.ignore_kind("heartbeat").ignore_location(&line).ignore_label("/subscribe");
/// let detector = builder.build();
/// detector.enable();
///
/// let _heartbeat = AsyncResource::new("heartbeat");
/// let _connection = connect();
/// let [_subscription, _query] = ["/subscribe", "/orders"].map(|path| PATH.run(path, || AsyncResource::new("query")));
///
/// let report = detector.report();
/// let [leak] = report.leaks() else { panic!("{report}") };
/// assert_eq!((leak.count(), leak.labels().next()), (1, Some(("/orders", 1))));
/// ```
#[derive(Clone)]
#[must_use = "`build` makes the detector"]
pub struct LeakDetectorBuilder {
    settings: LeakSettings,
}

impl LeakDetectorBuilder {
    /// The age from which on a living resource is a leak: a minute by default.
    ///
    /// Zero means all that live.
    pub fn older_than(mut self, age: Duration) -> Self {
        self.settings.older_than = age;
        self
    }

    /// The time that an orphan may live on before it is a leak: none by default.
    ///
    /// What a dependency has created is no leak for being an orphan: a pooled connection may outlive the request that opened it. It
    /// leaks when it is old enough.
    ///
    /// For programs whose requests leave a little work behind on purpose.
    ///
    /// ```
    /// use std::time::Duration;
    /// use async_hooks_core::AsyncResource;
    /// use async_hooks_diagnostics::LeakDetector;
    ///
    /// let detector = LeakDetector::builder().orphans_after(Duration::from_secs(10)).build();
    /// detector.enable();
    /// let request = AsyncResource::new("request");
    /// let _audit = request.run_in_async_scope(|| AsyncResource::new("audit"));
    /// drop(request);
    /// assert!(detector.report().is_empty(), "ten seconds for the audit");
    /// ```
    pub fn orphans_after(mut self, grace: Duration) -> Self {
        self.settings.orphans_after = grace;
        self
    }

    /// Leaves out resources of exactly this kind: `"tokio::Mutex"`.
    pub fn ignore_kind(mut self, kind: &str) -> Self {
        self.settings.ignore.kind(kind);
        self
    }

    /// Leaves out resources whose `file:line:column` contains this text.
    ///
    /// For example `"src/pool.rs"` or `"src/pool.rs:12"`.
    ///
    /// Numbers match as a whole, so line 1 does not match line 12.
    pub fn ignore_location(mut self, part: &str) -> Self {
        self.settings.ignore.location(part);
        self
    }

    /// Leaves out resources with exactly this label.
    pub fn ignore_label(mut self, label: &str) -> Self {
        self.settings.ignore.label(label);
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
        self.settings.notes.labeller = Some(Labeller::new(label));
        self
    }

    /// Keeps for each resource the calls that led to its creation.
    ///
    /// It takes microseconds for each resource, so use it while you look for a leak, and not in production.
    ///
    /// ```
    /// use std::time::Duration;
    /// use async_hooks_core::AsyncResource;
    /// use async_hooks_diagnostics::LeakDetector;
    ///
    /// fn open_connection() -> AsyncResource {
    ///     AsyncResource::new("connection")
    /// }
    ///
    /// let detector = LeakDetector::builder().older_than(Duration::ZERO).backtraces().build();
    /// detector.enable();
    /// let _kept = open_connection();
    /// let report = detector.report().to_string();
    /// assert!(report.contains("open_connection"), "{report}");
    /// ```
    pub fn backtraces(mut self) -> Self {
        self.settings.notes.wants_backtraces = true;
        self
    }

    /// Makes the detector, disabled.
    #[must_use = "a detector sees nothing until it is enabled"]
    pub fn build(self) -> LeakDetector {
        LeakDetector::new(self.settings)
    }
}

impl fmt::Debug for LeakDetectorBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LeakDetectorBuilder").field("settings", &self.settings).finish()
    }
}
