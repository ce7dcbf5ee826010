//! What do the ids add to a log line?

use std::io;

use async_hooks::tracing::{AsyncIdFormat, with_async_ids};
use async_hooks::{AsyncLocal, AsyncResource};
use async_hooks_benches::{Bar, Case, Question, Sample};
use tracing::Subscriber;
use tracing::subscriber::with_default;
use tracing_subscriber::fmt::{self, format};

const TEXT: &str = "text";
const JSON: &str = "JSON";

static TENANT: AsyncLocal<String> = AsyncLocal::new();
static ORDER: AsyncLocal<u64> = AsyncLocal::new();

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
        .case(
            Case::new("text with ids and two fields", |sample| {
                log(sample, fmt().with_writer(io::sink).event_format(with_two_fields(format())).finish());
            })
            .bar(Bar::InstructionsOf(TEXT, 1.08)),
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
        .case(
            Case::new("JSON with ids and two fields", |sample| {
                log(sample, fmt().with_writer(io::sink).json().event_format(with_two_fields(format().json())).finish());
            })
            .bar(Bar::InstructionsOf(JSON, 1.08)),
        )
}

fn with_two_fields<F>(format: F) -> AsyncIdFormat<F> {
    with_async_ids(format).with_field("tenant", || TENANT.get()).with_field("order", || ORDER.get())
}

fn fmt() -> fmt::SubscriberBuilder {
    fmt::Subscriber::builder().with_ansi(false)
}

fn log(sample: &mut Sample, subscriber: impl Subscriber + Send + Sync) {
    with_default(subscriber, || {
        AsyncResource::new("bench").run_in_async_scope(|| {
            TENANT.enter_with("acme");
            ORDER.enter_with(21u64);
            sample.time(|| tracing::info!(user = "alice", items = 3, "the order was placed"));
        });
    });
}
