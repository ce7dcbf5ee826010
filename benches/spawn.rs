//! What does tracking add to a task: to its spawn and join, and to each of its polls?

use std::process::ExitCode;

use async_hooks::tokio::spawn;
use async_hooks_benches::{
    Bar, Case, Question, Sample, current_thread_runtime, self_waking, with_counting_hooks, with_locals_set,
};

const SPAWN: &str = "tokio: spawn and join";
const WAKE: &str = "tokio: self-waking task, each poll";

fn main() -> ExitCode {
    Question::new("What does tracking add to a task?")
        .case(Case::new(SPAWN, |sample| repeat(sample, async || drop(tokio::spawn(async {}).await))))
        .case(
            Case::new("spawn and join, off", spawn_and_join)
                .bar(Bar::InstructionsOver(SPAWN, 330))
                .bar(Bar::TimeOf(SPAWN, 1.3)),
        )
        .case(
            Case::new("spawn and join, off, 100 set", |sample| with_locals_set(100, || spawn_and_join(sample)))
                .bar(Bar::InstructionsOver(SPAWN, 330))
                .bar(Bar::TimeOf(SPAWN, 1.3)),
        )
        .case(
            Case::new("spawn and join, one hook", |sample| with_counting_hooks(1, || spawn_and_join(sample)))
                .bar(Bar::InstructionsOver(SPAWN, 700)),
        )
        .case(Case::new(WAKE, |sample| {
            sample.time_all(|times| {
                drop(current_thread_runtime().block_on(async { tokio::spawn(self_waking(times)).await }))
            });
        }))
        .case(Case::new("self-waking task, off", wake).bar(Bar::InstructionsOver(WAKE, 85)))
        .case(
            Case::new("self-waking task, one hook", |sample| with_counting_hooks(1, || wake(sample)))
                .bar(Bar::InstructionsOver(WAKE, 235)),
        )
        .answer()
}

fn spawn_and_join(sample: &mut Sample) {
    repeat(sample, async || drop(spawn(async {}).await));
}

fn wake(sample: &mut Sample) {
    sample.time_all(|times| drop(current_thread_runtime().block_on(async { spawn(self_waking(times)).await })));
}

fn repeat(sample: &mut Sample, operation: impl AsyncFn()) {
    let runtime = current_thread_runtime();
    sample.time_all(|times| {
        runtime.block_on(async {
            for _ in 0..times {
                operation().await;
            }
        });
    });
}
