//! A runtime for the exporter alone.
//!
//! An exporter over gRPC encodes and sends in tasks of the runtime in which it was built: here not among those that serve.

use async_hooks::otel::SpanPipeline;
use async_hooks::recorder::FlightRecorder;
use tokio::runtime::{Builder, Runtime};

use crate::Failure;
use crate::exporter::exporter;

/// The name of its thread.
pub(crate) const THREAD: &str = "exporter";

/// An outage fills it within a second, and what comes then is dropped.
const QUEUE: usize = 4_096;

/// A pipeline, and the runtime that it exports in.
pub(crate) fn pipeline() -> Result<(SpanPipeline, Runtime), Failure> {
    let runtime = Builder::new_multi_thread().worker_threads(1).thread_name(THREAD).enable_all().build()?;
    let entered = runtime.enter();
    let recorder = FlightRecorder::builder().memory(64 << 20).build();
    let pipeline = SpanPipeline::builder(&recorder, exporter()?).queue(QUEUE).build();
    drop(entered);
    Ok((pipeline, runtime))
}
