//! The settings.

use std::fmt;

use crate::publish::source::Sources;

/// Builds [`Metrics`]; made by [`Metrics::builder`].
///
/// [`Metrics`]: crate::Metrics
/// [`Metrics::builder`]: crate::Metrics::builder
///
/// # Examples
///
/// ```
/// use async_hooks_metrics::Metrics;
///
/// let metrics = Metrics::builder().spawn_sites(1_000).build();
/// assert!(!metrics.is_enabled());
/// ```
#[derive(Clone)]
#[must_use = "`build` makes the handle"]
pub struct MetricsBuilder {
    pub(crate) spawn_sites: usize,
    pub(crate) sources: Sources,
}

const DEFAULT_SITES: usize = 256;
const MOST_SITES: usize = 1 << 16;

impl MetricsBuilder {
    pub(crate) fn new() -> MetricsBuilder {
        MetricsBuilder { spawn_sites: DEFAULT_SITES, sources: Sources::new() }
    }

    /// Sets how many pairs of kind and site are counted apart.
    ///
    /// 256 unless set, and at most 65,536. The resources of later ones are counted under the site `other`.
    ///
    /// ```
    /// use async_hooks_core::AsyncResource;
    /// use async_hooks_metrics::Metrics;
    /// use metrics_util::debugging::DebuggingRecorder;
    ///
    /// let exporter = DebuggingRecorder::new();
    /// let metrics = Metrics::builder().spawn_sites(0).build();
    /// let enabled = metrics.enable_scoped();
    /// drop((AsyncResource::new("query"), AsyncResource::new("query")));
    /// metrics::with_local_recorder(&exporter, || metrics.flush());
    ///
    /// let series = exporter.snapshotter().snapshot().into_vec();
    /// let sites = series.iter().flat_map(|(key, ..)| key.key().labels()).filter(|label| label.key() == "site");
    /// assert!(sites.into_iter().all(|label| label.value() == "other"));
    /// # drop(enabled);
    /// ```
    pub fn spawn_sites(mut self, limit: usize) -> Self {
        self.spawn_sites = limit.min(MOST_SITES);
        self
    }
}

impl fmt::Debug for MetricsBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MetricsBuilder").field("spawn_sites", &self.spawn_sites).finish_non_exhaustive()
    }
}
