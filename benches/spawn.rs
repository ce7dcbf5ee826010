//! What does tracking add to a task: to its spawn and join, and to each of its polls?
//!
//! The task owns a few words, so that tokio allocates it in the same size with and without tracking: tokio rounds tasks up to
//! 128 bytes, and what the allocator makes of another size is not what is asked here. It still spends some 150 instructions
//! more or less depending on what was allocated before; the times are the steadier figures.

use std::hint::black_box;
use std::process::ExitCode;

use async_hooks::tokio::spawn;
use async_hooks_benches::{
    Bar, Case, Question, Sample, current_thread_runtime, self_waking, with_a_wake_hook, with_counting_hooks,
    with_locals_set,
};
use tokio::task::JoinHandle;

const SPAWN: &str = "tokio: spawn and join";
const WAKE: &str = "tokio: self-waking task, each poll";

fn main() -> ExitCode {
    Question::new("What does tracking add to a task?")
        .case(Case::new(SPAWN, |sample| repeat(sample, async || drop(tokio::spawn(task()).await))))
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
        .case(Case::new(WAKE, |sample| wake(sample, |times| tokio::spawn(self_waking(times)))))
        .case(Case::new("self-waking task, off", wake_tracked).bar(Bar::InstructionsOver(WAKE, 85)))
        .case(
            Case::new("self-waking task, one hook", |sample| with_counting_hooks(1, || wake_tracked(sample)))
                .bar(Bar::InstructionsOver(WAKE, 235)),
        )
        .case(Case::new("self-waking task, a hook on wakes", |sample| with_a_wake_hook(|| wake_tracked(sample))))
        .answer()
}

fn task() -> impl Future<Output = [u64; 4]> {
    let words = black_box([1; 4]);
    async move { words }
}

fn spawn_and_join(sample: &mut Sample) {
    repeat(sample, async || drop(spawn(task()).await));
}

fn wake_tracked(sample: &mut Sample) {
    wake(sample, |times| spawn(self_waking(times)));
}

fn wake(sample: &mut Sample, spawn: impl FnOnce(u64) -> JoinHandle<()>) {
    sample.time_all(|times| drop(current_thread_runtime().block_on(async { spawn(times).await })));
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
