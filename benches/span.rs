//! What does the subscriber layer add to a span?

use std::future::pending;

use async_hooks::AsyncResource;
use async_hooks_benches::{Bar, Case, CountingLayer, OWN, Polled, Question, Sample, with_counting_hooks};
use tracing::subscriber::with_default;
use tracing::{Instrument as _, Span, Subscriber, info_span};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::registry;

const LIFE: &str = "Registry: new, enter, close";
const IN_ROOT: &str = "layer: enter, exit, in ROOT";
const BRINGING: &str = "layer: enter, exit, bringing, in ROOT";
const POLL: &str = "Registry: Instrumented poll";
const POLLS: &str = "Registry: 64 Instrumented polled in turn";

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
        .group("a span: enter, exit")
        .case(Case::new(IN_ROOT, |sample| in_root(sample, empty)))
        .case(
            Case::new("layer: enter, exit, inside a task", |sample| in_a_task(sample, empty))
                .bar(Bar::InstructionsOver(IN_ROOT, 20)),
        )
        .case(Case::new(BRINGING, |sample| in_root(sample, bringing)))
        .case(
            Case::new("layer: enter, exit, bringing, inside a task", |sample| in_a_task(sample, bringing))
                .bar(Bar::InstructionsOver(BRINGING, 20)),
        )
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
        .group("a poll of one of many `Instrumented`")
        .case(Case::floor(POLLS, |sample| poll_in_turn(sample, registry(), 64)))
        .case(
            Case::new("layer: 64 Instrumented polled in turn", |sample| poll_in_turn(sample, layered(), 64))
                .bar(Bar::InstructionsOf(POLLS, 3.5))
                .bar(Bar::TimeOf(POLLS, 3.5)),
        )
        // More than a thread knows.
        .case(Case::new("layer: 256 Instrumented polled in turn", |sample| poll_in_turn(sample, layered(), 256)))
}

fn layered() -> impl Subscriber + Send + Sync {
    registry().with(async_hooks::tracing::layer())
}

fn life(sample: &mut Sample, subscriber: impl Subscriber + Send + Sync) {
    with_default(subscriber, || sample.time(|| drop(info_span!("bench").entered())));
}

/// A span that was made where no value is set.
fn empty() -> Span {
    info_span!("bench")
}

/// One whose context is not the one in which it is entered.
fn bringing() -> Span {
    OWN.run(7, || info_span!("bench"))
}

fn in_root(sample: &mut Sample, make: fn() -> Span) {
    with_default(layered(), || enter(sample, &make()));
}

fn in_a_task(sample: &mut Sample, make: fn() -> Span) {
    with_default(layered(), || AsyncResource::new("task").run_in_async_scope(|| enter(sample, &make())));
}

fn enter(sample: &mut Sample, span: &Span) {
    sample.time(|| drop(span.enter()));
}

fn poll(sample: &mut Sample, subscriber: impl Subscriber + Send + Sync) {
    with_default(subscriber, || {
        let mut polled = Polled::new(pending().instrument(info_span!("bench")));
        sample.time(|| polled.poll());
    });
}

fn poll_in_turn(sample: &mut Sample, subscriber: impl Subscriber + Send + Sync, futures: usize) {
    with_default(subscriber, || {
        let polled = |_| Polled::new(pending().instrument(info_span!("bench")));
        let mut polled: Vec<_> = (0..futures).map(polled).collect();
        let mut turn = 0;
        sample.time(|| {
            turn = (turn + 1) % polled.len();
            polled[turn].poll();
        });
    });
}
