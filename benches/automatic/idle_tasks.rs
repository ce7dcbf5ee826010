//! The cases where tokio reports its tasks.

use allocation_counter::measure;
use async_hooks::tokio::BuilderExt as _;
use async_hooks_benches::{
    Bar, Bare, Case, Currency, OWN, Question, Sample, Work, built, idle_tasks, spawn_sized, with_locals_set,
};
use tokio::runtime::Builder;

const BARE: &str = "tokio";

pub(crate) fn question() -> Question {
    Question::counting(
        Currency::Bytes,
        "How much heap does an idle task hold, where the runtime tracks every task by itself?",
    )
    .case(Case::floor(BARE, |sample| bytes(sample, &mut Builder::new_current_thread(), spawn)))
    .case(Case::new("automatic", |sample| automatic(sample, spawn)).bar(Bar::BytesOver(BARE, 128)))
    .case(
        Case::new("automatic, one context for all", |sample| with_locals_set(100, || automatic(sample, spawn)))
            .bar(Bar::BytesOver(BARE, 128)),
    )
    .case(
        Case::new("automatic, a context and a value each", |sample| {
            automatic(sample, |number| OWN.run(number, || spawn(number)));
        })
        .bar(Bar::BytesOver(BARE, 256)),
    )
}

fn spawn(number: u64) {
    drop(spawn_sized(&Bare, number, Work::Idle));
}

fn automatic(sample: &mut Sample, spawn: impl Fn(u64)) {
    bytes(sample, Builder::new_current_thread().async_hooks(), spawn);
}

fn bytes(sample: &mut Sample, builder: &mut Builder, spawn: impl Fn(u64)) {
    let runtime = built(builder);
    sample.count(|times| idle_tasks(times, &runtime, spawn, |f| measure(f).bytes_current));
}
