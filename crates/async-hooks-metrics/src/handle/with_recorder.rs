//! What the flight recorder counts.

use std::sync::Arc;

use async_hooks_recorder::FlightRecorder;

use crate::handle::builder::MetricsBuilder;
use crate::sources::recorder_losses::RecorderLosses;

impl MetricsBuilder {
    /// Publishes what this recorder could not keep.
    ///
    /// As `async_hooks_recorder_overwritten_total` and `async_hooks_recorder_lost_total`. The recorder stays as it is: enable it
    /// yourself.
    ///
    /// ```
    /// use async_hooks_metrics::Metrics;
    /// use async_hooks_recorder::FlightRecorder;
    ///
    /// let recorder = FlightRecorder::builder().build();
    /// let metrics = Metrics::builder().recorder(&recorder).build();
    /// assert!(!metrics.is_enabled());
    /// ```
    pub fn recorder(mut self, recorder: &FlightRecorder) -> Self {
        self.sources.push(Arc::new(RecorderLosses::new(recorder.clone())));
        self
    }
}
