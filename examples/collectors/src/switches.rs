//! Begins and ends to export while a service serves.

use std::time::Duration;

use async_hooks::AsyncHook;
use async_hooks::otel::SpanPipeline;
use axum::{Router, routing::get};

/// `/on` begins to export and to count, `/off` ends with both; the recorder goes on.
pub(crate) fn switches(pipeline: &SpanPipeline, counting: &AsyncHook) -> Router {
    let (pipeline_on, counting_on) = (pipeline.clone(), counting.clone());
    let on = async move || {
        pipeline_on.enable();
        counting_on.enable();
        "done"
    };
    let (pipeline, counting) = (pipeline.clone(), counting.clone());
    let off = async move || {
        counting.disable();
        let flush = move || pipeline.disable().flush(Duration::from_secs(10));
        tokio::task::spawn_blocking(flush).await.map_or("lost", |_| "done")
    };
    Router::new().route("/on", get(on)).route("/off", get(off))
}
