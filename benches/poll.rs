//! What does the poll of a tracked future cost?

use std::future::{pending, ready};
use std::process::ExitCode;

use async_hooks::FutureExt as _;
use async_hooks_benches::{Bar, Case, Polled, Question, Sample, make_and_poll_once, with_counting_hooks};
use tracing::Instrument as _;

const BARE: &str = "bare";
const ONE_HOOK: &str = "tracked, one hook";
const INSTRUMENTED: &str = "Instrumented over Registry";
const SPAN_LIFE: &str = "span over Registry: new, enter, close";

fn main() -> ExitCode {
    Question::new("What does the poll of a tracked future cost?")
        .case(Case::new(BARE, |sample| poll(sample, pending())))
        .case(Case::new(INSTRUMENTED, instrumented))
        .case(tracked("tracked, off", 0).bar(Bar::InstructionsOver(BARE, 70)).bar(Bar::TimeOf(INSTRUMENTED, 1.0)))
        .case(tracked(ONE_HOOK, 1).bar(Bar::InstructionsOver(BARE, 215)).bar(Bar::TimeOf(INSTRUMENTED, 3.0)))
        .case(tracked("tracked, 2 hooks", 2).bar(Bar::InstructionsOver(ONE_HOOK, 40)))
        .case(tracked("tracked, 4 hooks", 4).bar(Bar::InstructionsOver(ONE_HOOK, 3 * 40)))
        .case(tracked("tracked, 8 hooks", 8).bar(Bar::InstructionsOver(ONE_HOOK, 7 * 40)))
        .case(Case::new(SPAN_LIFE, span_life))
        .case(Case::new("made and polled once, off", life).bar(Bar::TimeOf(SPAN_LIFE, 0.5)))
        .case(Case::new("made and polled once, one hook", |sample| with_counting_hooks(1, || life(sample))))
        .answer()
}

fn poll(sample: &mut Sample, future: impl Future<Output = ()> + 'static) {
    let mut polled = Polled::new(future);
    sample.time(|| polled.poll());
}

fn tracked(name: &'static str, hooks: usize) -> Case {
    Case::new(name, move |sample| {
        with_counting_hooks(hooks, || poll(sample, pending().in_async_resource("bench")));
    })
}

fn instrumented(sample: &mut Sample) {
    tracing::subscriber::with_default(tracing_subscriber::registry(), || {
        poll(sample, pending().instrument(tracing::info_span!("bench")));
    });
}

fn life(sample: &mut Sample) {
    sample.time(|| make_and_poll_once(|| ready(()).in_async_resource("bench")));
}

fn span_life(sample: &mut Sample) {
    tracing::subscriber::with_default(tracing_subscriber::registry(), || {
        sample.time(|| drop(tracing::info_span!("bench").entered()));
    });
}
