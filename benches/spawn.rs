//! What does tracking add to a task: to its spawn and join, and to each of its polls?

use async_hooks::tokio::spawn;
use async_hooks_benches::{
    Bar, Bare, Case, Question, Sample, Spawner, Tracked, Work, current_thread_runtime, self_waking, spawn_and_join,
    spawn_sized, with_a_silent_hook, with_a_wake_hook, with_counting_hooks, with_locals_set,
};
use tokio::task::JoinHandle;

const SPAWN: &str = "tokio: spawn and join";
const WAKE: &str = "tokio: self-waking task, each poll";

pub(crate) fn question() -> Question {
    Question::new("What does tracking add to a task?")
        .group("spawn and join")
        .case(Case::floor(SPAWN, |sample| spawn_and_join(sample, &Bare)))
        .case(
            Case::new("spawn and join, off", |sample| spawn_and_join(sample, &Tracked))
                .bar(Bar::OutsideAllocatorOver(SPAWN, 330))
                .bar(Bar::TimeOf(SPAWN, 1.3)),
        )
        .case(
            Case::new("spawn and join, off, 100 set", |sample| {
                with_locals_set(100, || spawn_and_join(sample, &Tracked));
            })
            .bar(Bar::OutsideAllocatorOver(SPAWN, 330))
            .bar(Bar::TimeOf(SPAWN, 1.3)),
        )
        .case(
            Case::new("spawn and join, one hook", |sample| {
                with_counting_hooks(1, || spawn_and_join(sample, &Tracked));
            })
            .bar(Bar::OutsideAllocatorOver(SPAWN, 700)),
        )
        .case(Case::new("spawn and join, one hook that does nothing", |sample| {
            with_a_silent_hook(|| spawn_and_join(sample, &Tracked));
        }))
        .group("spawn and join, the mean over futures of 1 to 15 words")
        .case(Case::floor("tokio: spawn and join, eight sizes", |sample| eight_sizes(sample, &Bare)))
        .case(Case::new("spawn and join, eight sizes, off", |sample| eight_sizes(sample, &Tracked)))
        .group("a self-waking task, each poll")
        .case(Case::floor(WAKE, |sample| wake(sample, |times| tokio::spawn(self_waking(times)))))
        .case(
            Case::new("self-waking task, off", wake_tracked)
                .bar(Bar::InstructionsOver(WAKE, 85))
                .bar(Bar::TimeOf(WAKE, 1.3)),
        )
        .case(
            Case::new("self-waking task, one hook", |sample| with_counting_hooks(1, || wake_tracked(sample)))
                .bar(Bar::InstructionsOver(WAKE, 235))
                .bar(Bar::TimeOf(WAKE, 1.3)),
        )
        .case(Case::new("self-waking task, one hook that does nothing", |sample| {
            with_a_silent_hook(|| wake_tracked(sample));
        }))
        .case(Case::new("self-waking task, a hook on wakes", |sample| with_a_wake_hook(|| wake_tracked(sample))))
}

/// One size is a matter of luck with the allocator.
fn eight_sizes(sample: &mut Sample, spawner: &impl Spawner) {
    let runtime = current_thread_runtime();
    sample.time_all(|times| {
        runtime.block_on(async {
            for number in 0..times {
                drop(spawn_sized(spawner, number, Work::Ready).await);
            }
        });
    });
}

fn wake_tracked(sample: &mut Sample) {
    wake(sample, |times| spawn(self_waking(times)));
}

fn wake(sample: &mut Sample, spawn: impl FnOnce(u64) -> JoinHandle<()>) {
    let runtime = current_thread_runtime();
    sample.time_all(|times| drop(runtime.block_on(async { spawn(times).await })));
}
