//! OpenTelemetry for async hooks: spans of what was recorded, and a context that rides along.
//!
//! Applications use it as `async_hooks::otel`.
//!
//! | to | use |
//! |---|---|
//! | export requests, and all that they caused, through any `SpanExporter` | [`SpanPipeline`] |
//! | decide which, when they have ended | [`TailSampler`] |
//! | have OpenTelemetry's `Context` in every task, job and callback | [`propagate_context`] |
//!
//! OpenTelemetry's types in signatures are outside of semantic versioning: they change with its versions.
//!
//! # The source, in reading order
//!
//! 1. `ids`: ids of spans and traces.
//! 2. `context`: OpenTelemetry's context, carried along.
//! 3. `sampler`: which requests are exported.
//! 4. `export`: the queue of spans, and the thread that exports them.
//! 5. `notes`: what is noted in the recorder while the program runs.
//! 6. `spans`: how recorded lifetimes become spans.
//! 7. `pipeline`: the handle and its settings.

#![cfg_attr(docsrs, feature(doc_cfg))]

mod ids;

mod context;

mod sampler;

mod export;

mod notes;

mod spans;

mod pipeline;

pub use context::propagation::propagate_context;
pub use export::stats::PipelineStats;
pub use pipeline::builder::SpanPipelineBuilder;
pub use pipeline::enabled::EnabledPipeline;
pub use pipeline::span_pipeline::SpanPipeline;
pub use sampler::tail_sampler::TailSampler;

#[cfg(doctest)]
mod readme {
    #![doc = include_str!("../README.md")]
}
