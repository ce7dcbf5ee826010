//! What do the ids add to a log line?

use std::io;
use std::process::ExitCode;

use async_hooks::AsyncResource;
use async_hooks::tracing::with_async_ids;
use async_hooks_benches::{Bar, Case, Question, Sample};
use tracing::Subscriber;
use tracing::subscriber::with_default;
use tracing_subscriber::fmt::{self, format};

const TEXT: &str = "text";
const JSON: &str = "JSON";

fn main() -> ExitCode {
    Question::new("What do the ids add to a log line?")
        .case(Case::new(TEXT, |sample| log(sample, fmt().with_writer(io::sink).finish())))
        .case(
            Case::new("text with ids", |sample| {
                log(sample, fmt().with_writer(io::sink).event_format(with_async_ids(format())).finish());
            })
            .bar(Bar::TimeOf(TEXT, 1.05)),
        )
        .case(Case::new(JSON, |sample| log(sample, fmt().with_writer(io::sink).json().finish())))
        .case(
            Case::new("JSON with ids", |sample| {
                log(sample, fmt().with_writer(io::sink).json().event_format(with_async_ids(format().json())).finish());
            })
            .bar(Bar::TimeOf(JSON, 1.05)),
        )
        .answer()
}

fn fmt() -> fmt::SubscriberBuilder {
    fmt::Subscriber::builder().with_ansi(false)
}

fn log(sample: &mut Sample, subscriber: impl Subscriber + Send + Sync) {
    with_default(subscriber, || {
        AsyncResource::new("bench").run_in_async_scope(|| {
            sample.time(|| tracing::info!(user = "alice", items = 3, "the order was placed"));
        });
    });
}
