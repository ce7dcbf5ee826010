//! The guard of `enable_scoped`.

use std::fmt;
use std::sync::Arc;

use async_hooks_core::EnabledHook;

use crate::handle::shared::Shared;

/// Keeps [`Metrics`](crate::Metrics) enabled until it is dropped.
///
/// Made by [`Metrics::enable_scoped`](crate::Metrics::enable_scoped). After [`Metrics::disable`](crate::Metrics::disable) the drop
/// does nothing.
///
/// # Examples
///
/// ```
/// use async_hooks_metrics::Metrics;
///
/// let metrics = Metrics::builder().build();
/// let (first, second) = (metrics.enable_scoped(), metrics.enable_scoped());
/// drop(first);
/// assert!(metrics.is_enabled());
/// drop(second);
/// assert!(!metrics.is_enabled());
/// ```
#[must_use = "the metrics are disabled when the guard is dropped"]
pub struct EnabledMetrics {
    /// `None` once it has been dropped.
    pub(super) hook: Option<EnabledHook>,
    pub(super) shared: Arc<Shared>,
}

impl Drop for EnabledMetrics {
    fn drop(&mut self) {
        drop(self.hook.take());
        self.shared.adjust_sources();
    }
}

impl fmt::Debug for EnabledMetrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EnabledMetrics").finish_non_exhaustive()
    }
}
