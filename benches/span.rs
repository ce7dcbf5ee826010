//! What does the subscriber layer add to a span?

use std::future::pending;
use std::process::ExitCode;

use async_hooks_benches::{Bar, Case, Polled, Question, Sample, with_counting_hooks};
use tracing::subscriber::with_default;
use tracing::{Instrument as _, Subscriber, info_span};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::registry;

const LIFE: &str = "Registry: new, enter, close";
const POLL: &str = "Registry: Instrumented poll";

fn main() -> ExitCode {
    Question::new("What does the subscriber layer add to a span?")
        .case(Case::new(LIFE, |sample| life(sample, registry())))
        .case(Case::new("layer: new, enter, close", |sample| life(sample, layered())).bar(Bar::TimeOf(LIFE, 2.75)))
        .case(Case::new("layer: new, enter, close, one hook", |sample| {
            with_counting_hooks(1, || life(sample, layered()));
        }))
        .case(Case::new(POLL, |sample| poll(sample, registry())))
        .case(Case::new("layer: Instrumented poll", |sample| poll(sample, layered())).bar(Bar::TimeOf(POLL, 3.5)))
        .case(Case::new("layer: Instrumented poll, one hook", |sample| {
            with_counting_hooks(1, || poll(sample, layered()));
        }))
        .answer()
}

fn layered() -> impl Subscriber + Send + Sync {
    registry().with(async_hooks::tracing::layer())
}

fn life(sample: &mut Sample, subscriber: impl Subscriber + Send + Sync) {
    with_default(subscriber, || sample.time(|| drop(info_span!("bench").entered())));
}

fn poll(sample: &mut Sample, subscriber: impl Subscriber + Send + Sync) {
    with_default(subscriber, || {
        let mut polled = Polled::new(pending().instrument(info_span!("bench")));
        sample.time(|| polled.poll());
    });
}
