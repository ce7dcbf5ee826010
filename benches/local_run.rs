//! What does `AsyncLocal::run` cost, and how much more when many locals are set?

use std::hint::black_box;
use std::sync::Arc;

use async_hooks_benches::{Bar, Case, OWN, Question, Sample, with_locals_set};
use opentelemetry::Context;
use tracing::subscriber::with_default;
use tracing::{Span, info_span};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::registry;

const PEER: &str = "opentelemetry attach and detach";

pub(crate) fn question() -> Question {
    Question::new("What does AsyncLocal::run cost?")
        .case(Case::peer("tokio task_local sync_scope", sync_scope))
        .case(Case::peer(PEER, attach))
        .case(run("run, 0 set", 0))
        .case(run("run, 1 set", 1).bar(Bar::Instructions(410)).bar(Bar::TimeOf(PEER, 0.5)))
        .case(run("run, 8 set", 8).bar(Bar::Instructions(615)))
        .case(run("run, 100 set", 100).bar(Bar::Instructions(1000)))
        .case(Case::new("run with an Arc, 1 set", |sample| {
            let value = Arc::new(7);
            with_locals_set(1, || sample.time(|| OWN.run(Arc::clone(&value), || black_box(()))));
        }))
        .case(in_a_span("run inside an entered span", |make| make()).bar(Bar::Instructions(460)))
        .case(in_a_span("run inside a span that brought its context", |make| OWN.run(8, make)))
}

fn run(name: &'static str, set: usize) -> Case {
    Case::new(name, move |sample| with_locals_set(set, || sample.time(|| OWN.run(black_box(7), || black_box(())))))
}

/// Inside a span that `made` has made.
fn in_a_span(name: &'static str, made: fn(fn() -> Span) -> Span) -> Case {
    Case::new(name, move |sample| {
        with_default(registry().with(async_hooks::tracing::layer()), || {
            let _entered = made(|| info_span!("bench")).entered();
            sample.time(|| OWN.run(black_box(7), || black_box(())));
        });
    })
}

tokio::task_local! {
    static TASK_LOCAL: u64;
}

fn sync_scope(sample: &mut Sample) {
    sample.time(|| TASK_LOCAL.sync_scope(black_box(7), || black_box(())));
}

#[derive(Debug)]
struct UserId(#[expect(dead_code, reason = "only carried")] u64);

fn attach(sample: &mut Sample) {
    sample.time(|| {
        let _attached = Context::current_with_value(UserId(black_box(7))).attach();
        black_box(());
    });
}
