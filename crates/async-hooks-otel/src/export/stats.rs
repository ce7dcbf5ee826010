//! What became of spans, in numbers.

use std::sync::atomic::{AtomicU64, Ordering};

/// What became of the spans of a [`SpanPipeline`](crate::SpanPipeline), since it was built.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use async_hooks_core::AsyncResource;
/// use async_hooks_otel::SpanPipeline;
/// use async_hooks_recorder::FlightRecorder;
/// use opentelemetry_sdk::trace::InMemorySpanExporter;
///
/// let recorder = FlightRecorder::builder().build();
/// let pipeline = SpanPipeline::builder(&recorder, InMemorySpanExporter::default()).root_kind("job").build();
/// pipeline.enable();
/// drop(AsyncResource::new("job"));
/// assert!(pipeline.shutdown(Duration::from_secs(10)));
///
/// let stats = pipeline.stats();
/// assert_eq!((stats.exported(), stats.dropped(), stats.sampled_out()), (1, 0, 0));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PipelineStats {
    exported: u64,
    dropped: u64,
    sampled_out: u64,
}

impl PipelineStats {
    /// Returns the number of spans that the exporter has accepted.
    #[must_use]
    pub fn exported(&self) -> u64 {
        self.exported
    }

    /// Returns the number of spans that were lost.
    ///
    /// The queue was full, the exporter failed, or the recorder has overwritten the request, which counts as one.
    #[must_use]
    pub fn dropped(&self) -> u64 {
        self.dropped
    }

    /// Returns the number of spans that the [`TailSampler`](crate::TailSampler) did not keep.
    #[must_use]
    pub fn sampled_out(&self) -> u64 {
        self.sampled_out
    }
}

#[derive(Default)]
pub(crate) struct Counts {
    exported: AtomicU64,
    dropped: AtomicU64,
    sampled_out: AtomicU64,
}

impl Counts {
    pub(crate) fn add_exported(&self, spans: usize) {
        self.exported.fetch_add(spans as u64, Ordering::Relaxed);
    }

    pub(crate) fn add_dropped(&self, spans: usize) {
        self.dropped.fetch_add(spans as u64, Ordering::Relaxed);
    }

    pub(crate) fn add_sampled_out(&self, spans: usize) {
        self.sampled_out.fetch_add(spans as u64, Ordering::Relaxed);
    }

    pub(crate) fn stats(&self) -> PipelineStats {
        let load = |count: &AtomicU64| count.load(Ordering::Relaxed);
        PipelineStats {
            exported: load(&self.exported),
            dropped: load(&self.dropped),
            sampled_out: load(&self.sampled_out),
        }
    }
}
