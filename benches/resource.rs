//! What do creating, entering and destroying a resource cost, with and without a hook?

use std::hint::black_box;

use async_hooks::AsyncResource;
use async_hooks_benches::{Bar, Case, Question, Sample, with_counting_hooks, with_locals_set};
use tracing::subscriber::with_default;
use tracing_subscriber::registry;

const SPAN: &str = "span over Registry, new and closed";
const ENTER: &str = "span over Registry, enter and exit";
const LIFE: &str = "span over Registry, new, enter, close";

pub(crate) fn question() -> Question {
    Question::new("What does a resource cost?")
        .group("new and drop")
        .case(Case::peer(SPAN, span))
        .case(
            made("new and drop, 0 set", 0)
                .bar(Bar::Instructions(110))
                .bar(Bar::InstructionsOf(SPAN, 1.0 / 3.0))
                .bar(Bar::TimeOf(SPAN, 1.0 / 3.0)),
        )
        .case(
            made("new and drop, 1 set", 1)
                .bar(Bar::Instructions(130))
                .bar(Bar::InstructionsOf(SPAN, 1.0 / 3.0))
                .bar(Bar::TimeOf(SPAN, 1.0 / 3.0)),
        )
        .case(
            made("new and drop, 100 set", 100)
                .bar(Bar::Instructions(130))
                .bar(Bar::InstructionsOf(SPAN, 1.0 / 3.0))
                .bar(Bar::TimeOf(SPAN, 1.0 / 3.0)),
        )
        .case(hooked("new and drop, one hook", make).bar(Bar::Instructions(222)))
        .group("run_in_async_scope")
        .case(Case::peer(ENTER, enter))
        .case(Case::new("scope, off", scope).bar(Bar::Instructions(137)).bar(Bar::InstructionsOf(ENTER, 1.0)))
        .case(Case::new("scope, one hook", |s| with_counting_hooks(1, || scope(s))).bar(Bar::Instructions(294)))
        .group("new, scope and drop")
        .case(Case::peer(LIFE, span_life))
        .case(Case::new("new, scope and drop, off", all_three))
        .case(
            Case::new("new, scope and drop, one hook", |s| with_counting_hooks(1, || all_three(s)))
                .bar(Bar::Instructions(492)),
        )
}

fn made(name: &'static str, set: usize) -> Case {
    Case::new(name, move |sample| with_locals_set(set, || make(sample)))
}

fn hooked(name: &'static str, body: fn(&mut Sample)) -> Case {
    Case::new(name, move |sample| with_counting_hooks(1, || body(sample)))
}

fn make(sample: &mut Sample) {
    sample.time(|| {
        black_box(&AsyncResource::new("bench"));
    });
}

fn scope(sample: &mut Sample) {
    let resource = AsyncResource::new("bench");
    sample.time(|| resource.run_in_async_scope(|| black_box(())));
}

fn all_three(sample: &mut Sample) {
    sample.time(|| AsyncResource::new("bench").run_in_async_scope(|| black_box(())));
}

fn span(sample: &mut Sample) {
    with_default(registry(), || sample.time(|| tracing::info_span!("bench")));
}

fn enter(sample: &mut Sample) {
    with_default(registry(), || {
        let span = tracing::info_span!("bench");
        sample.time(|| span.in_scope(|| black_box(())));
    });
}

fn span_life(sample: &mut Sample) {
    with_default(registry(), || sample.time(|| tracing::info_span!("bench").in_scope(|| black_box(()))));
}
