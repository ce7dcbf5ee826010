//! What does reading an `AsyncLocal` cost, and how much more when many are set?

use std::cell::Cell;
use std::hint::black_box;

use async_hooks::tracing::layer;
use async_hooks_benches::{Bar, Case, OWN, Question, Sample, with_locals_set};
use opentelemetry::Context;
use tracing::{Dispatch, dispatcher};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::registry;

const PEER: &str = "opentelemetry Context::map_current";
const ONE: &str = "with, 1 set";

thread_local! {
    static CELL: Cell<u64> = const { Cell::new(0) };
}

pub(crate) fn question() -> Question {
    CELL.set(black_box(1));
    Question::new("What does reading an AsyncLocal cost?")
        .case(Case::floor("thread-local Cell<u64> read", |sample| sample.time(|| CELL.get())))
        .case(Case::peer(PEER, map_current))
        .case(Case::peer("tokio task_local with", task_local))
        .case(with(ONE, 1).bar(Bar::Instructions(64)).bar(Bar::TimeOf(PEER, 1.0)))
        .case(with("with, 8 set", 8).bar(Bar::Instructions(95)))
        .case(with("with, 100 set", 100).bar(Bar::Instructions(113)))
        .case(Case::new("with, 1 set, a layer is gone", with_gone_layer).bar(Bar::InstructionsOver(ONE, 3)))
        .case(get("get, 1 set", 1).bar(Bar::Instructions(86)))
        .case(get("get, 8 set", 8).bar(Bar::Instructions(108)))
        .case(get("get, 100 set", 100).bar(Bar::Instructions(128)))
}

fn with(name: &'static str, set: usize) -> Case {
    Case::new(name, move |sample| {
        with_locals_set(set, || sample.time(|| OWN.with(|value| value.map_or(0, |value| *value))));
    })
}

/// The subscriber is gone while a span of its layer is entered.
///
/// The span is entered without its guard, which would keep the subscriber.
fn with_gone_layer(sample: &mut Sample) {
    let subscriber = Dispatch::new(registry().with(layer()));
    let span = dispatcher::with_default(&subscriber, || tracing::info_span!("gone"));
    if let Some(id) = span.id() {
        subscriber.enter(&subscriber.clone_span(&id));
    }
    drop((span, subscriber));
    with_locals_set(1, || sample.time(|| OWN.with(|value| value.map_or(0, |value| *value))));
}

fn get(name: &'static str, set: usize) -> Case {
    Case::new(name, move |sample| with_locals_set(set, || sample.time(|| OWN.get())))
}

#[derive(Debug)]
struct UserId(u64);

fn map_current(sample: &mut Sample) {
    let _attached = Context::current_with_value(UserId(1)).attach();
    sample.time(|| Context::map_current(|context| context.get::<UserId>().map(|id| id.0)));
}

tokio::task_local! {
    static TASK_LOCAL: u64;
}

fn task_local(sample: &mut Sample) {
    TASK_LOCAL.sync_scope(1, || sample.time(|| TASK_LOCAL.with(|value| *value)));
}
