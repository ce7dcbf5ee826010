//! What does tracking add to a thread?

use std::hint::black_box;

use async_hooks::thread;
use async_hooks_benches::{Bar, Case, Question, Sample, with_counting_hooks, with_locals_set};

const STD: &str = "std: spawn and join";
const SCOPED: &str = "std: spawn and join in a scope";

pub(crate) fn question() -> Question {
    Question::new("What does tracking add to a thread?")
        .group("spawn and join")
        .case(Case::floor(STD, |sample| {
            let word = black_box(7);
            sample.time(|| std::thread::spawn(move || black_box(word)).join());
        }))
        .case(spawned("thread, off", 0).bar(Bar::InstructionsOver(STD, 300)))
        .case(spawned("thread, 1 set", 1).bar(Bar::InstructionsOver(STD, 300)))
        .case(Case::new("thread, one hook", |sample| with_counting_hooks(1, || spawn(sample))))
        .group("spawn and join in a scope")
        .case(Case::floor(SCOPED, |sample| {
            let word = black_box(7);
            sample.time(|| std::thread::scope(|scope| scope.spawn(|| black_box(word)).join()));
        }))
        .case(
            Case::new("thread in a scope, off", |sample| {
                let word = black_box(7);
                sample.time(|| thread::scope(|scope| scope.spawn(|| black_box(word)).join()));
            })
            .bar(Bar::InstructionsOver(SCOPED, 300)),
        )
}

fn spawned(name: &'static str, set: usize) -> Case {
    Case::new(name, move |sample| with_locals_set(set, || spawn(sample)))
}

/// With something captured, as nearly every thread has; without, std allocates less.
fn spawn(sample: &mut Sample) {
    let word = black_box(7);
    sample.time(|| thread::spawn(move || black_box(word)).join());
}
