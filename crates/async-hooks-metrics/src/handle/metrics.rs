//! The handle.

use std::fmt;
use std::sync::Arc;

use crate::handle::builder::MetricsBuilder;
use crate::handle::enabled::EnabledMetrics;
use crate::handle::publisher;
use crate::handle::shared::Shared;

/// Publishes numbers about async resources through a facade, once a second.
///
/// The facade is [`metrics`](::metrics). The [crate's page](crate) lists the series. Install the program's exporter as usual; it may come later than this.
///
/// Clones refer to the same counts. [`enable`](Self::enable) lasts until [`disable`](Self::disable), whatever becomes of the handle.
/// Publish with one handle at a time: two would write the same series.
///
/// # Examples
///
/// ```
/// use async_hooks_core::AsyncResource;
/// use async_hooks_metrics::Metrics;
/// use metrics_util::debugging::{DebugValue, DebuggingRecorder};
///
/// let exporter = DebuggingRecorder::new();
/// let metrics = Metrics::builder().build();
/// metrics.enable();
/// let query = AsyncResource::new("query");
/// metrics::with_local_recorder(&exporter, || metrics.flush());
///
/// let series = exporter.snapshotter().snapshot().into_vec();
/// let is_alive = |name: &str, label: &str| name == "async_hooks_resources_alive" && label == "query";
/// let alive = series.iter().find(|(key, ..)| is_alive(key.key().name(), key.key().labels().next().unwrap().value()));
/// assert_eq!(alive.unwrap().3, DebugValue::Gauge(1.0.into()));
/// assert!(!metrics.disable().is_enabled());
/// # drop(query);
/// ```
#[derive(Clone)]
pub struct Metrics {
    shared: Arc<Shared>,
}

impl MetricsBuilder {
    /// Builds the handle, which is disabled.
    #[must_use]
    pub fn build(self) -> Metrics {
        Metrics { shared: Arc::new(Shared::new(self)) }
    }
}

impl Metrics {
    /// Begins to build a handle.
    ///
    /// ```
    /// use async_hooks_metrics::Metrics;
    ///
    /// assert!(!Metrics::builder().build().is_enabled());
    /// ```
    pub fn builder() -> MetricsBuilder {
        MetricsBuilder::new()
    }

    /// Counts from now on, and publishes once a second.
    ///
    /// Counters go on from where they were. Of what exists already only polls are counted.
    pub fn enable(&self) -> &Self {
        self.shared.hook.enable();
        self.start()
    }

    /// Counts no more; what was counted is published once more.
    pub fn disable(&self) -> &Self {
        self.shared.hook.disable();
        self.shared.adjust_sources();
        self
    }

    /// Whether numbers are counted and published.
    #[must_use]
    pub fn is_enabled(&self) -> bool {
        self.shared.hook.is_enabled()
    }

    /// Counts and publishes until the returned guard is dropped.
    ///
    /// Guards are counted: the last one disables, unless [`enable`](Self::enable) was called as well.
    ///
    /// ```
    /// use async_hooks_metrics::Metrics;
    ///
    /// let metrics = Metrics::builder().build();
    /// let enabled = metrics.enable_scoped();
    /// assert!(metrics.is_enabled());
    /// drop(enabled);
    /// assert!(!metrics.is_enabled());
    /// ```
    pub fn enable_scoped(&self) -> EnabledMetrics {
        let hook = Some(self.shared.hook.enable_scoped());
        self.start();
        EnabledMetrics { hook, shared: Arc::clone(&self.shared) }
    }

    /// Publishes now, on this thread.
    ///
    /// To the exporter of this thread: what `metrics::with_local_recorder` has set, else the global one. For a page that is about to
    /// be rendered, and for tests.
    pub fn flush(&self) {
        self.shared.publish();
    }

    fn start(&self) -> &Self {
        self.shared.adjust_sources();
        publisher::start(&self.shared);
        self
    }
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Metrics").field("is_enabled", &self.is_enabled()).finish_non_exhaustive()
    }
}
