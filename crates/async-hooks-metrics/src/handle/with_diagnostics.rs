//! What diagnostics count.

use std::sync::Arc;
use std::time::Duration;

use async_hooks_diagnostics::{ContextWatch, LeakDetector};

use crate::handle::builder::MetricsBuilder;
use crate::sources::blocked::Blocked;
use crate::sources::leaks::Leaks;
use crate::sources::lost_contexts::LostContexts;

impl MetricsBuilder {
    /// Publishes what this detector reports as `async_hooks_leaks`.
    ///
    /// The detector is asked at each publication. Enable it yourself.
    ///
    /// ```
    /// use async_hooks_diagnostics::LeakDetector;
    /// use async_hooks_metrics::Metrics;
    ///
    /// let detector = LeakDetector::builder().build();
    /// detector.enable();
    /// let metrics = Metrics::builder().leaks(&detector).build();
    /// assert!(!metrics.is_enabled());
    /// # detector.disable();
    /// ```
    pub fn leaks(mut self, detector: &LeakDetector) -> Self {
        self.sources.push(Arc::new(Leaks::new(detector.clone())));
        self
    }

    /// Counts polls that take longer as `async_hooks_blocked_polls_total`.
    ///
    /// A poll is counted when it ends. The watch is enabled and disabled together with the metrics.
    ///
    /// ```
    /// use std::time::Duration;
    /// use async_hooks_metrics::Metrics;
    ///
    /// let metrics = Metrics::builder().blocked_polls(Duration::from_millis(100)).build();
    /// assert!(!metrics.is_enabled());
    /// ```
    pub fn blocked_polls(mut self, longer_than: Duration) -> Self {
        self.sources.push(Arc::new(Blocked::new(longer_than)));
        self
    }

    /// Publishes what this watch has seen as `async_hooks_contexts_lost_total`.
    ///
    /// The watch is asked at each publication. Enable it yourself; the label `local` is the name of its local.
    ///
    /// ```
    /// use async_hooks_core::AsyncLocal;
    /// use async_hooks_diagnostics::ContextWatch;
    /// use async_hooks_metrics::Metrics;
    ///
    /// static USER: AsyncLocal<String> = AsyncLocal::new().named("user");
    ///
    /// let watch = ContextWatch::of(&USER).build();
    /// watch.enable();
    /// let metrics = Metrics::builder().lost_contexts(&watch).build();
    /// assert!(!metrics.is_enabled());
    /// # watch.disable();
    /// ```
    pub fn lost_contexts(mut self, watch: &ContextWatch) -> Self {
        self.sources.push(Arc::new(LostContexts(watch.clone())));
        self
    }
}
