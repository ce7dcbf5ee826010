//! What does the subscriber layer add to a span?

use std::future::pending;

use async_hooks_benches::{Bar, Case, CountingLayer, Polled, Question, Sample, with_counting_hooks};
use tracing::subscriber::with_default;
use tracing::{Instrument as _, Subscriber, info_span};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::registry;

const LIFE: &str = "Registry: new, enter, close";
const POLL: &str = "Registry: Instrumented poll";

pub(crate) fn question() -> Question {
    Question::new("What does the subscriber layer add to a span?")
        .group("a span: new, enter, close")
        .case(Case::floor(LIFE, |sample| life(sample, registry())))
        .case(
            Case::new("layer: new, enter, close", |sample| life(sample, layered()))
                .bar(Bar::InstructionsOf(LIFE, 2.75))
                .bar(Bar::TimeOf(LIFE, 2.75)),
        )
        .case(Case::peer("counting layer: new, enter, close", |sample| {
            life(sample, registry().with(CountingLayer::default()))
        }))
        .case(Case::new("layer: new, enter, close, one hook", |sample| {
            with_counting_hooks(1, || life(sample, layered()));
        }))
        .group("a poll of `Instrumented`")
        .case(Case::floor(POLL, |sample| poll(sample, registry())))
        .case(
            Case::new("layer: Instrumented poll", |sample| poll(sample, layered()))
                .bar(Bar::InstructionsOf(POLL, 3.5))
                .bar(Bar::TimeOf(POLL, 3.5)),
        )
        .case(Case::peer("counting layer: Instrumented poll", |sample| {
            poll(sample, registry().with(CountingLayer::default()))
        }))
        .case(Case::new("layer: Instrumented poll, one hook", |sample| {
            with_counting_hooks(1, || poll(sample, layered()));
        }))
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
