//! The guard of `enable_scoped`.

use std::fmt;

use async_hooks_core::EnabledHook;
use async_hooks_recorder::EnabledRecorder;

/// Keeps a [`SpanPipeline`](crate::SpanPipeline) enabled until it is dropped.
///
/// Made by [`SpanPipeline::enable_scoped`](crate::SpanPipeline::enable_scoped).
///
/// # Examples
///
/// ```
/// use async_hooks_otel::SpanPipeline;
/// use async_hooks_recorder::FlightRecorder;
/// use opentelemetry_sdk::trace::InMemorySpanExporter;
///
/// let pipeline = SpanPipeline::builder(&FlightRecorder::builder().build(), InMemorySpanExporter::default()).build();
/// let enabled = pipeline.enable_scoped();
/// assert!(pipeline.is_enabled());
/// drop(enabled);
/// assert!(!pipeline.is_enabled());
/// ```
#[must_use = "the pipeline is disabled when the guard is dropped"]
pub struct EnabledPipeline {
    /// Dropped first: the recorder is written before the hook sees an event.
    pub(super) _hook: EnabledHook,
    pub(super) _recorder: EnabledRecorder,
}

impl fmt::Debug for EnabledPipeline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EnabledPipeline").finish_non_exhaustive()
    }
}
