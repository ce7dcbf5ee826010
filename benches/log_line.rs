//! What do the ids add to a log line?

use std::io;

use async_hooks::AsyncResource;
use async_hooks::tracing::with_async_ids;
use async_hooks_benches::{Bar, Case, Question, Sample};
use tracing::Subscriber;
use tracing::subscriber::with_default;
use tracing_subscriber::fmt::{self, format};

const TEXT: &str = "text";
const JSON: &str = "JSON";

pub(crate) fn question() -> Question {
    Question::new("What do the ids add to a log line?")
        .group("a line of text")
        .case(Case::floor(TEXT, |sample| log(sample, fmt().with_writer(io::sink).finish())))
        .case(
            Case::new("text with ids", |sample| {
                log(sample, fmt().with_writer(io::sink).event_format(with_async_ids(format())).finish());
            })
            .bar(Bar::InstructionsOf(TEXT, 1.05))
            .bar(Bar::TimeOf(TEXT, 1.05)),
        )
        .group("a line of JSON")
        .case(Case::floor(JSON, |sample| log(sample, fmt().with_writer(io::sink).json().finish())))
        .case(
            Case::new("JSON with ids", |sample| {
                log(sample, fmt().with_writer(io::sink).json().event_format(with_async_ids(format().json())).finish());
            })
            .bar(Bar::InstructionsOf(JSON, 1.05))
            .bar(Bar::TimeOf(JSON, 1.05)),
        )
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
