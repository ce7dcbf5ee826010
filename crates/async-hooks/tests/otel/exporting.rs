use std::sync::mpsc::{Sender, channel};
use std::time::Duration;

use async_hooks::AsyncResource;
use async_hooks::otel::SpanPipeline;
use async_hooks::recorder::FlightRecorder;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{SpanData, SpanExporter};
use tokio::runtime::{Handle, Id};

use crate::runtimes::both;

/// Tells in which runtime it exports.
#[derive(Debug)]
struct Telling(Sender<Option<Id>>);

impl SpanExporter for Telling {
    async fn export(&self, _: Vec<SpanData>) -> OTelSdkResult {
        let _ = self.0.send(Handle::try_current().ok().map(|handle| handle.id()));
        Ok(())
    }
}

#[test]
fn the_exporter_runs_in_the_runtime_in_which_the_pipeline_was_built() {
    for runtime in both() {
        let (tell, told) = channel();
        let recorder = FlightRecorder::builder().memory(1 << 20).build();
        let build = || SpanPipeline::builder(&recorder, Telling(tell)).root_kind("exported in a runtime").build();
        let pipeline = runtime.block_on(async { build() });
        let _enabled = pipeline.enable_scoped();
        drop(AsyncResource::new("exported in a runtime"));
        assert!(pipeline.shutdown(Duration::from_secs(20)));
        assert_eq!(told.recv().unwrap(), Some(runtime.handle().id()));
    }
}
