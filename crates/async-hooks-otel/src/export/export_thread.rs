//! The thread that exports.

use std::io;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use opentelemetry::Context;

use crate::export::any_exporter::AnyExporter;
use crate::export::span_queue::{SpanQueue, Work};
use crate::export::stats::Counts;
use crate::export::surroundings::Surroundings;

/// An exporter that is shut down gets this long.
const SHUTDOWN: Duration = Duration::from_secs(5);

pub(crate) fn start(exporter: Box<dyn AnyExporter>, queue: Arc<SpanQueue>, counts: Arc<Counts>) -> io::Result<()> {
    let surroundings = Surroundings::current();
    let run = move || {
        let _entered = surroundings.enter();
        // What an exporter sends is not to be traced itself.
        let _suppressed = Context::enter_telemetry_suppressed_scope();
        run(&*exporter, &queue, &counts);
    };
    thread::Builder::new().name("async-hooks export".to_owned()).spawn(run).map(drop)
}

fn run(exporter: &dyn AnyExporter, queue: &SpanQueue, counts: &Counts) {
    loop {
        match queue.next() {
            Work::Export(batch) => export(exporter, batch, counts),
            Work::Flush => {
                exporter.flush();
            }
            Work::End => {
                exporter.shutdown(SHUTDOWN);
                return queue.end();
            }
        }
    }
}

fn export(exporter: &dyn AnyExporter, batch: Vec<opentelemetry_sdk::trace::SpanData>, counts: &Counts) {
    let spans = batch.len();
    match exporter.export(batch) {
        true => counts.add_exported(spans),
        false => counts.add_dropped(spans),
    }
}
