//! The handle.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use async_hooks_recorder::FlightRecorder;
use opentelemetry_sdk::trace::SpanExporter;

use crate::export::stats::PipelineStats;
use crate::pipeline::builder::SpanPipelineBuilder;
use crate::pipeline::enabled::EnabledPipeline;
use crate::pipeline::shared::Shared;

/// Exports requests, and all that they caused, as OpenTelemetry spans.
///
/// When a request has ended, a thread reads from the recorder what happened in it, decides by a [`TailSampler`](crate::TailSampler)
/// whether it is kept, and hands its spans to another thread, which exports them. A request is a SERVER span, a call a CLIENT span, and
/// every other resource an INTERNAL one. The parent of a span is its trigger; a trigger that is not in the trace is a link. The ids
/// are those that `async_hooks::http` has sent.
///
/// An exporter that is slow or fails costs the program nothing but spans, which [`stats`](Self::stats) counts.
///
/// Clones refer to the same pipeline. [`enable`](Self::enable) lasts until [`disable`](Self::disable), whatever becomes of the handle.
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
/// let exporter = InMemorySpanExporter::default();
/// let recorder = FlightRecorder::builder().build();
/// let pipeline = SpanPipeline::builder(&recorder, exporter.clone()).root_kind("job").build();
/// pipeline.enable();
///
/// AsyncResource::new("job").run_in_async_scope(|| drop(AsyncResource::new("query")));
/// assert!(pipeline.flush(Duration::from_secs(10)));
///
/// let spans = exporter.get_finished_spans().unwrap();
/// let span = |name| spans.iter().find(|span| span.name == name).unwrap();
/// assert_eq!(span("query").parent_span_id, span("job").span_context.span_id());
///
/// assert!(pipeline.shutdown(Duration::from_secs(10)));
/// assert_eq!((pipeline.is_enabled(), pipeline.stats().exported()), (false, 2));
/// ```
#[derive(Clone)]
pub struct SpanPipeline {
    shared: Arc<Shared>,
}

impl SpanPipelineBuilder {
    /// Builds the pipeline, which is disabled, and starts its threads.
    ///
    /// The thread that exports enters the runtime of tokio in which this is called, as exporters over gRPC need it. Such an exporter
    /// encodes and sends in tasks of that runtime; a busy server gives it one of its own.
    ///
    /// On Linux both threads inherit the priority of the thread that calls this, and the processors that it may run on.
    #[must_use]
    pub fn build(self) -> SpanPipeline {
        SpanPipeline { shared: Arc::new(Shared::new(self)) }
    }
}

impl SpanPipeline {
    /// Begins to build a pipeline that exports what this recorder records.
    pub fn builder(recorder: &FlightRecorder, exporter: impl SpanExporter + 'static) -> SpanPipelineBuilder {
        SpanPipelineBuilder::new(recorder, exporter)
    }

    /// Exports requests that begin from now on. It enables the recorder as well.
    pub fn enable(&self) -> &Self {
        self.shared.recorder.enable();
        self.shared.hook.enable();
        self
    }

    /// Exports nothing that ends from now on. The recorder stays enabled.
    ///
    /// ```
    /// use async_hooks_otel::SpanPipeline;
    /// use async_hooks_recorder::FlightRecorder;
    /// use opentelemetry_sdk::trace::InMemorySpanExporter;
    ///
    /// let recorder = FlightRecorder::builder().build();
    /// let pipeline = SpanPipeline::builder(&recorder, InMemorySpanExporter::default()).build();
    /// pipeline.enable();
    /// pipeline.disable();
    /// assert!(!pipeline.is_enabled() && recorder.is_enabled());
    /// ```
    pub fn disable(&self) -> &Self {
        self.shared.hook.disable();
        self
    }

    /// Whether the pipeline is enabled.
    #[must_use]
    pub fn is_enabled(&self) -> bool {
        self.shared.hook.is_enabled()
    }

    /// Enables the pipeline, and the recorder, until the returned guard is dropped.
    ///
    /// Guards are counted: the last one disables, unless [`enable`](Self::enable) was called as well.
    ///
    /// ```
    /// use async_hooks_otel::SpanPipeline;
    /// use async_hooks_recorder::FlightRecorder;
    /// use opentelemetry_sdk::trace::InMemorySpanExporter;
    ///
    /// let recorder = FlightRecorder::builder().build();
    /// let pipeline = SpanPipeline::builder(&recorder, InMemorySpanExporter::default()).build();
    /// let enabled = pipeline.enable_scoped();
    /// assert!(pipeline.is_enabled() && recorder.is_enabled());
    /// drop(enabled);
    /// assert!(!pipeline.is_enabled() && !recorder.is_enabled());
    /// ```
    pub fn enable_scoped(&self) -> EnabledPipeline {
        let recorder = self.shared.recorder.enable_scoped();
        EnabledPipeline { _hook: self.shared.hook.enable_scoped(), _recorder: recorder }
    }

    /// Exports what has ended until now, and waits for it.
    ///
    /// Returns whether all of it was handed to the exporter in time. What the exporter has refused is in [`stats`](Self::stats). It
    /// blocks: an exporter that needs a current-thread runtime must not wait for this on that very thread.
    pub fn flush(&self, timeout: Duration) -> bool {
        self.shared.flush(Instant::now() + timeout)
    }

    /// Disables the pipeline for good, flushes, and shuts the exporter down.
    ///
    /// Returns whether that was done in time. What still waits then is dropped, and counted.
    pub fn shutdown(&self, timeout: Duration) -> bool {
        self.shared.end(timeout)
    }

    /// Returns what became of the spans.
    #[must_use]
    pub fn stats(&self) -> PipelineStats {
        self.shared.counts.stats()
    }
}

impl fmt::Debug for SpanPipeline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SpanPipeline").field("stats", &self.stats()).finish_non_exhaustive()
    }
}
