use std::time::{Duration, Instant};

use async_hooks_core::AsyncResource;
use async_hooks_otel::SpanPipeline;
use async_hooks_recorder::FlightRecorder;
use opentelemetry_sdk::trace::SpanExporter;

use crate::exporters::{Failing, Panicking, stalling};
use crate::services::PATIENCE;

/// Each root kind is of one test alone, so that every span is its own.
fn pipeline(exporter: impl SpanExporter + 'static, root: &'static str, queue: usize) -> SpanPipeline {
    let recorder = FlightRecorder::builder().memory(1 << 20).build();
    SpanPipeline::builder(&recorder, exporter).root_kind(root).queue(queue).build()
}

/// Waits until this number of spans is dropped.
fn drops(pipeline: &SpanPipeline, spans: u64) -> bool {
    let start = Instant::now();
    while pipeline.stats().dropped() < spans && start.elapsed() < PATIENCE {
        std::thread::yield_now();
    }
    pipeline.stats().dropped() >= spans
}

#[test]
fn what_an_exporter_refuses_is_dropped_and_counted() {
    let pipeline = pipeline(Failing, "refused", 100);
    let _enabled = pipeline.enable_scoped();
    drop(AsyncResource::new("refused"));
    assert!(pipeline.flush(PATIENCE), "nothing waits any more");
    assert_eq!(pipeline.stats().exported(), 0);
    assert!(pipeline.stats().dropped() >= 1);
}

#[test]
fn an_exporter_that_panics_has_failed_and_is_asked_again() {
    let pipeline = pipeline(Panicking, "panicking", 100);
    let _enabled = pipeline.enable_scoped();
    for dropped in [1, 2] {
        drop(AsyncResource::new("panicking"));
        assert!(pipeline.flush(PATIENCE));
        assert!(pipeline.stats().dropped() >= dropped);
    }
}

#[test]
fn a_stalled_exporter_costs_the_program_no_time_and_each_lost_span_is_counted() {
    let (exporter, begins, go) = stalling();
    let pipeline = pipeline(exporter, "stalled", 3);
    let _enabled = pipeline.enable_scoped();
    drop(AsyncResource::new("stalled"));
    assert!(!pipeline.flush(Duration::from_millis(1)), "it was not exported in time");
    let stalled = begins.recv().unwrap() as u64;

    (0..10).for_each(|_| drop(AsyncResource::new("stalled")));
    assert!(!pipeline.flush(Duration::from_millis(100)));
    assert!(drops(&pipeline, 7), "three of ten had room: {:?}", pipeline.stats());

    drop(go);
    assert!(pipeline.shutdown(PATIENCE));
    assert!(pipeline.stats().exported() >= stalled + 3);
}

#[test]
fn a_shutdown_ends_in_time_and_counts_what_was_left() {
    let (exporter, begins, go) = stalling();
    let pipeline = pipeline(exporter, "left", 100);
    let _enabled = pipeline.enable_scoped();
    drop(AsyncResource::new("left"));
    pipeline.flush(Duration::from_millis(1));
    begins.recv().unwrap();
    (0..10).for_each(|_| drop(AsyncResource::new("left")));
    let start = Instant::now();
    assert!(!pipeline.shutdown(Duration::from_millis(200)));
    assert!(start.elapsed() < PATIENCE / 2);
    // What the thread that makes spans has at hand then is counted when it finds the queue closed.
    assert!(drops(&pipeline, 10), "{:?}", pipeline.stats());
    assert!(!pipeline.is_enabled());
    drop(go);
}

#[test]
fn a_full_ring_counts_the_requests_that_it_has_lost() {
    let recorder = FlightRecorder::builder().memory(64 << 10).build();
    let exporter = opentelemetry_sdk::trace::InMemorySpanExporter::default();
    let pipeline = SpanPipeline::builder(&recorder, exporter).root_kind("overwritten").build();
    let _enabled = pipeline.enable_scoped();
    (0..100_000).for_each(|_| drop(AsyncResource::new("overwritten")));
    pipeline.flush(PATIENCE);
    let stats = pipeline.stats();
    assert!(stats.dropped() > 0, "{stats:?}");
    assert!(stats.exported() + stats.dropped() >= 100_000, "{stats:?}");
}
