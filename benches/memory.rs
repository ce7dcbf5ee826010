//! How much heap does an idle tracked task hold?

use allocation_counter::measure;
use async_hooks_benches::{
    Bar, Bare, Case, Currency, OWN, Question, Sample, Tracked, Work, current_thread_runtime, idle_tasks, spawn_sized,
    with_locals_set,
};

const BARE: &str = "tokio";

pub(crate) fn question() -> Question {
    Question::counting(Currency::Bytes, "How much heap does an idle tracked task hold?")
        .case(Case::floor(BARE, |sample| idle(sample, |number| drop(spawn_sized(&Bare, number, Work::Idle)))))
        .case(Case::new("tracked", |sample| idle(sample, tracked)).bar(Bar::BytesOver(BARE, 80)))
        .case(
            Case::new("tracked, one context for all", |sample| with_locals_set(100, || idle(sample, tracked)))
                .bar(Bar::BytesOver(BARE, 80)),
        )
        .case(
            Case::new("tracked, a context and a value each", |sample| {
                idle(sample, |number| OWN.run(number, || tracked(number)));
            })
            .bar(Bar::BytesOver(BARE, 192)),
        )
}

fn tracked(number: u64) {
    drop(spawn_sized(&Tracked, number, Work::Idle));
}

fn idle(sample: &mut Sample, spawn: impl Fn(u64)) {
    let runtime = current_thread_runtime();
    sample.count(|times| idle_tasks(times, &runtime, spawn, |f| measure(f).bytes_current));
}
