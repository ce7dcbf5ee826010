//! Which operations allocate?

use std::future::{pending, ready};
use std::hint::black_box;

use allocation_counter::measure;
use async_hooks::{AsyncResource, FutureExt as _, Snapshot};
use async_hooks_benches::{
    Bar, Bare, Case, Currency, OWN, Polled, Question, Sample, Spawner, Tracked, Work, current_thread_runtime,
    make_and_poll_once, spawn_sized, with_counting_hooks, with_locals_set,
};

const SPAWN: &str = "tokio: spawn and join";

pub(crate) fn question() -> Question {
    let (none, no_more) = (Bar::Allocations(0), Bar::AllocationsOver(SPAWN, 0));
    Question::counting(Currency::Allocations, "Which operations allocate?")
        .group("with 100 locals set, and one hook")
        .case(case("with", || assert!(OWN.with(|value| value.is_some()))).bar(none))
        .case(case("get", || drop(black_box(OWN.get()))).bar(none))
        .case(case("run", || OWN.run(black_box(7), || ())))
        .case(case("scope: made and polled once", || make_and_poll_once(|| OWN.scope(7, ready(())))))
        .case(polls("scope: poll", || Polled::new(OWN.scope(7, pending()))).bar(none))
        .case(case("Snapshot: current and run", || Snapshot::current().run(|| ())).bar(none))
        .case(case("resource: new and drop", || drop(black_box(AsyncResource::new("bench")))).bar(none))
        .case(case("resource: scope", || AsyncResource::new("bench").run_in_async_scope(|| ())).bar(none))
        .case(polls("tracked future: poll", || Polled::new(pending().in_async_resource("bench"))).bar(none))
        .group("a task")
        .case(Case::floor(SPAWN, |sample| spawns(sample, &Bare)))
        .case(Case::new("spawn and join, off", |sample| spawns(sample, &Tracked)).bar(no_more))
        .case(
            Case::new("spawn and join, off, 100 set", |sample| with_locals_set(100, || spawns(sample, &Tracked)))
                .bar(no_more),
        )
        .case(
            Case::new("spawn and join, one hook", |sample| with_counting_hooks(1, || spawns(sample, &Tracked)))
                .bar(no_more),
        )
}

fn case(name: &'static str, operation: fn()) -> Case {
    allocations(name, move |times| (0..times).for_each(|_| operation()))
}

fn polls(name: &'static str, make: fn() -> Polled) -> Case {
    Case::new(name, move |sample| {
        let mut polled = make();
        polled.poll();
        sample.count(|times| measure(|| (0..times).for_each(|_| polled.poll())).count_total);
    })
}

/// Of tasks of eight sizes, as what is measured of them elsewhere.
fn spawns(sample: &mut Sample, spawner: &impl Spawner) {
    let runtime = current_thread_runtime();
    let spawn_all = |times| {
        runtime.block_on(async {
            for number in 0..times {
                drop(spawn_sized(spawner, number, Work::Ready).await);
            }
        });
    };
    // What a thread and a runtime allocate once belongs to no task.
    spawn_all(8);
    sample.count(|times| measure(|| spawn_all(times)).count_total);
}

/// With 100 locals set and one hook enabled.
///
/// Runs once before it counts, since a thread's first event fetches the list of hooks.
fn allocations(name: &'static str, repeat: impl Fn(u64) + Sync + 'static) -> Case {
    Case::new(name, move |sample| {
        let count = |times| {
            repeat(1);
            measure(|| repeat(times)).count_total
        };
        with_counting_hooks(1, || with_locals_set(100, || sample.count(count)));
    })
}
