//! The cases where tokio reports its tasks.

use async_hooks::tokio::BuilderExt as _;
use async_hooks_benches::{
    Bar, Bare, Case, Question, Sample, Spawner, Tracked, Work, built, self_waking, spawn_and_join_on, spawn_sized,
    with_counting_hooks, with_locals_set,
};
use tokio::runtime::{Builder, Runtime};

const SPAWN: &str = "tokio: spawn and join";
const WAKE: &str = "tokio: self-waking task, each poll";
const STORM: &str = "tokio: 2 workers, spawn storm";
const WAKES: &str = "tokio: 2 workers, self-waking tasks, each poll";

/// How many tasks a storm has in the air.
const CROWD: u64 = 64;

pub(crate) fn question() -> Question {
    workers(wakes(spawns(Question::new("What does a runtime cost that tracks every task by itself?"))))
}

fn spawns(question: Question) -> Question {
    let over = |at_most| Bar::OutsideAllocatorOver(SPAWN, at_most);
    question
        .group("spawn and join, automatic")
        .case(Case::floor(SPAWN, |sample| spawn_and_join_on(&bare(), sample, &Bare)))
        .case(Case::new("automatic, off", |sample| spawn_and_join_on(&automatic(), sample, &Bare)).bar(over(1000)))
        .case(
            Case::new("automatic, one local", |sample| {
                with_locals_set(1, || spawn_and_join_on(&automatic(), sample, &Bare));
            })
            .bar(over(1040)),
        )
        .case(
            Case::new("automatic, one hook", |sample| {
                with_counting_hooks(1, || spawn_and_join_on(&automatic(), sample, &Bare));
            })
            .bar(over(1360)),
        )
        .case(
            Case::new("a wrapper inside an automatic runtime, off", |sample| {
                spawn_and_join_on(&automatic(), sample, &Tracked);
            })
            .bar(over(550)),
        )
}

fn wakes(question: Question) -> Question {
    let over = |at_most| Bar::InstructionsOver(WAKE, at_most);
    question
        .group("a self-waking task, each poll, automatic")
        .case(Case::floor(WAKE, |sample| wake(&bare(), sample, &Bare)))
        .case(Case::new("automatic: self-waking task, off", |sample| wake(&automatic(), sample, &Bare)).bar(over(200)))
        .case(Case::new("automatic: self-waking task, one local", |sample| {
            with_locals_set(1, || wake(&automatic(), sample, &Bare));
        }))
        .case(
            Case::new("automatic: self-waking task, one hook", |sample| {
                with_counting_hooks(1, || wake(&automatic(), sample, &Bare));
            })
            .bar(over(350)),
        )
        .case(
            Case::new("a wrapper inside: self-waking task, off", |sample| wake(&automatic(), sample, &Tracked))
                .bar(over(200)),
        )
}

fn workers(question: Question) -> Question {
    question
        .group("two workers, spawn storm")
        .case(Case::floor(STORM, |sample| storm(&bare_workers(), sample)).only_timed())
        .case(
            Case::new("automatic: 2 workers, spawn storm", |sample| storm(&automatic_workers(), sample))
                .bar(Bar::TimeOf(STORM, 1.5))
                .only_timed(),
        )
        .group("two workers, self-waking tasks, each poll")
        .case(Case::floor(WAKES, |sample| crowd_of_wakes(&bare_workers(), sample)).only_timed())
        .case(
            Case::new("automatic: 2 workers, self-waking tasks", |sample| crowd_of_wakes(&automatic_workers(), sample))
                .bar(Bar::TimeOf(WAKES, 1.6))
                .only_timed(),
        )
}

fn bare() -> Runtime {
    built(&mut Builder::new_current_thread())
}

fn automatic() -> Runtime {
    built(Builder::new_current_thread().async_hooks())
}

fn bare_workers() -> Runtime {
    built(Builder::new_multi_thread().worker_threads(2))
}

fn automatic_workers() -> Runtime {
    built(Builder::new_multi_thread().worker_threads(2).async_hooks())
}

fn wake(runtime: &Runtime, sample: &mut Sample, spawner: &impl Spawner) {
    sample.time_all(|times| drop(runtime.block_on(async { spawner.spawn(self_waking(times)).await })));
}

/// Two tasks spawn at the same time, each a crowd, waits for it, and spawns the next.
fn storm(runtime: &Runtime, sample: &mut Sample) {
    let spawn_crowds = |crowds: u64| async move {
        for _ in 0..crowds {
            let crowd: Vec<_> = (0..CROWD).map(|number| spawn_sized(&Bare, number, Work::Ready)).collect();
            for task in crowd {
                drop(task.await);
            }
        }
    };
    sample.time_all_on_workers(|times| {
        let crowds = times.div_ceil(CROWD).div_ceil(2);
        runtime.block_on(async {
            let both = [tokio::spawn(spawn_crowds(crowds)), tokio::spawn(spawn_crowds(crowds))];
            for one in both {
                drop(one.await);
            }
        });
    });
}

/// Enough tasks to keep both workers busy.
fn crowd_of_wakes(runtime: &Runtime, sample: &mut Sample) {
    const TASKS: u64 = 8;
    sample.time_all_on_workers(|times| {
        runtime.block_on(async {
            let waking: Vec<_> = (0..TASKS).map(|_| tokio::spawn(self_waking(times.div_ceil(TASKS)))).collect();
            for task in waking {
                drop(task.await);
            }
        });
    });
}
