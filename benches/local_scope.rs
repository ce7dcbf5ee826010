//! What does setting an `AsyncLocal` over a future cost: once, and for each poll?

use std::future::{pending, ready};
use std::hint::black_box;
use std::process::ExitCode;

use async_hooks_benches::{Bar, Case, OWN, Polled, Question, Sample, make_and_poll_once, with_locals_set};

fn main() -> ExitCode {
    Question::new("What does AsyncLocal::scope cost?")
        .case(Case::new("bare poll", |sample| poll(sample, pending)))
        .case(Case::new("task_local poll", |sample| poll(sample, || TASK_LOCAL.scope(7, pending()))))
        .case(polls("poll, 1 set", 1).bar(Bar::Instructions(120)))
        .case(polls("poll, 100 set", 100).bar(Bar::Instructions(240)))
        .case(lives("made and polled once, 0 set", 0).bar(Bar::Instructions(620)))
        .case(lives("made and polled once, 1 set", 1))
        .case(lives("made and polled once, 100 set", 100))
        .answer()
}

tokio::task_local! {
    static TASK_LOCAL: u64;
}

fn polls(name: &'static str, set: usize) -> Case {
    Case::new(name, move |sample| with_locals_set(set, || poll(sample, || OWN.scope(7, pending()))))
}

fn poll<F: Future<Output = ()> + 'static>(sample: &mut Sample, make: impl FnOnce() -> F) {
    let mut polled = Polled::new(make());
    sample.time(|| polled.poll());
}

fn lives(name: &'static str, set: usize) -> Case {
    let life = || make_and_poll_once(|| OWN.scope(black_box(7), ready(())));
    Case::new(name, move |sample| with_locals_set(set, || sample.time(life)))
}
