//! The settings.

use std::fmt;

use async_hooks_recorder::FlightRecorder;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::SpanExporter;

use crate::export::any_exporter::AnyExporter;
use crate::notes::root_kinds::RootKinds;
use crate::sampler::tail_sampler::TailSampler;

/// Builds a [`SpanPipeline`]; made by [`SpanPipeline::builder`].
///
/// [`SpanPipeline`]: crate::SpanPipeline
/// [`SpanPipeline::builder`]: crate::SpanPipeline::builder
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use async_hooks_core::AsyncResource;
/// use async_hooks_otel::{SpanPipeline, TailSampler};
/// use async_hooks_recorder::FlightRecorder;
/// use opentelemetry_sdk::Resource;
/// use opentelemetry_sdk::trace::InMemorySpanExporter;
///
/// let recorder = FlightRecorder::builder().build();
/// let pipeline = SpanPipeline::builder(&recorder, InMemorySpanExporter::default())
///     .keep(TailSampler::slower_than(Duration::from_secs(60)).or(TailSampler::failed()))
///     .root_kind("queue::message")
///     .resource(Resource::builder().with_service_name("orders").build())
///     .queue(10_000)
///     .spans(false) // `tracing-opentelemetry` exports those
///     .build();
/// pipeline.enable();
///
/// drop(AsyncResource::new("queue::message"));
/// assert!(pipeline.shutdown(Duration::from_secs(10)));
/// assert_eq!((pipeline.stats().exported(), pipeline.stats().sampled_out()), (0, 1), "it was quick");
/// ```
#[must_use = "`build` makes the pipeline"]
pub struct SpanPipelineBuilder {
    pub(super) recorder: FlightRecorder,
    pub(super) exporter: Box<dyn AnyExporter>,
    pub(super) sampler: TailSampler,
    pub(super) roots: RootKinds,
    pub(super) queue: usize,
    pub(super) resource: Option<Resource>,
    pub(super) spans: bool,
}

const DEFAULT_QUEUE: usize = 16_384;

impl SpanPipelineBuilder {
    pub(super) fn new(recorder: &FlightRecorder, exporter: impl SpanExporter + 'static) -> SpanPipelineBuilder {
        SpanPipelineBuilder {
            recorder: recorder.clone(),
            exporter: Box::new(exporter),
            sampler: TailSampler::all(),
            roots: RootKinds::default(),
            queue: DEFAULT_QUEUE,
            resource: None,
            spans: true,
        }
    }

    /// Decides which requests are exported: all, unless set.
    pub fn keep(mut self, sampler: TailSampler) -> Self {
        self.sampler = sampler;
        self
    }

    /// Takes resources of this kind for roots of traces, beside requests.
    ///
    /// May be called more than once.
    ///
    /// Inside of a request they belong to it. With a [`TraceContext`](async_hooks_http::TraceContext) around them they go on with its
    /// trace.
    pub fn root_kind(mut self, kind: &'static str) -> Self {
        self.roots.0.push(kind);
        self
    }

    /// Sets how many spans may wait for the exporter.
    ///
    /// 16,384 unless set. Further ones are dropped, and counted.
    pub fn queue(mut self, spans: usize) -> Self {
        self.queue = spans;
        self
    }

    /// Sets the resource that the exporter sends along, such as the name of the service.
    ///
    /// What OpenTelemetry finds in the environment (`OTEL_SERVICE_NAME`), unless set.
    pub fn resource(mut self, resource: Resource) -> Self {
        self.resource = Some(resource);
        self
    }

    /// Sets whether spans of `tracing` are exported as well, which is so unless set.
    ///
    /// `false` where `tracing-opentelemetry` exports them: no span is then exported twice.
    pub fn spans(mut self, spans: bool) -> Self {
        self.spans = spans;
        self
    }
}

impl fmt::Debug for SpanPipelineBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SpanPipelineBuilder").field("sampler", &self.sampler).finish_non_exhaustive()
    }
}
