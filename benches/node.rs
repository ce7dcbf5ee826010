//! What does the same cost in Node?
//!
//! Node's scripts are in `benches/node`. They run in child processes that take turns with the cases here. Where a program for
//! Node awaits a promise, which is a resource of its own, one for Rust awaits a tracked future, or spawns a task and joins it.

use std::hint::black_box;

use async_hooks::{AsyncHook, FutureExt as _, Hook, Resource, StoreMap};
use async_hooks_benches::{
    Bar, Case, OWN, Question, Sample, Tracked, current_thread_runtime, node_case, spawn_and_join, with_counting_hooks,
    with_locals_set,
};

const RUN: &str = "Node: als.run";
const RUN_AMONG: &str = "Node: als.run, 100 stores";
const MAP: &str = "Node: await, id → store map";

pub(crate) fn question() -> Question {
    Question::new("What does the same cost in Node?")
        .group("an await, with nobody watching")
        .cases(node_case("Node: await", "await.mjs", &["bare"]))
        .case(timed("await a future", |sample| awaits(sample, async || black_box(std::future::ready(())).await)))
        .case(timed("await a tracked future", |sample| awaits(sample, tracked)))
        .case(timed("spawn and join a tracked task", |sample| spawn_and_join(sample, &Tracked)))
        .group("an await, with hooks for all four events")
        .cases(node_case("Node: await, four hooks", "await.mjs", &["hooks"]))
        .case(timed("await a tracked future, four hooks", |sample| with_four_hooks(|| awaits(sample, tracked))))
        .case(timed("spawn and join, four hooks", |sample| with_four_hooks(|| spawn_and_join(sample, &Tracked))))
        .case(timed("spawn and join, one hook that counts all", |sample| {
            with_counting_hooks(1, || spawn_and_join(sample, &Tracked));
        }))
        .group("an await, with a map from ids to stores that children inherit")
        .cases(node_case(MAP, "await.mjs", &["map"]))
        .case(
            timed("await a tracked future, StoreMap", |sample| with_map(|| awaits(sample, tracked)))
                .bar(Bar::TimeOf(MAP, 0.2)),
        )
        .case(timed("spawn and join, StoreMap", |sample| with_map(|| spawn_and_join(sample, &Tracked))))
        .group("reading a store")
        .cases(node_case("Node: als.getStore", "als.mjs", &["getStore", "0"]))
        .cases(node_case("Node: als.getStore, 100 stores", "als.mjs", &["getStore", "100"]))
        .case(timed("AsyncLocal::with", |sample| with_locals_set(1, || read(sample))))
        .case(timed("AsyncLocal::with, 100 set", |sample| with_locals_set(100, || read(sample))))
        .group("setting a store for the length of a call")
        .cases(node_case(RUN, "als.mjs", &["run", "0"]))
        .cases(node_case(RUN_AMONG, "als.mjs", &["run", "100"]))
        .case(timed("AsyncLocal::run", |sample| with_locals_set(1, || run(sample))).bar(Bar::TimeOf(RUN, 1.0)))
        .case(
            timed("AsyncLocal::run, 100 set", |sample| with_locals_set(100, || run(sample)))
                .bar(Bar::TimeOf(RUN_AMONG, 1.0)),
        )
}

/// The other benches count them.
fn timed(name: &'static str, body: impl Fn(&mut Sample) + Sync + 'static) -> Case {
    Case::new(name, body).only_timed()
}

async fn tracked() {
    black_box(std::future::ready(())).in_async_resource("bench").await;
}

fn awaits(sample: &mut Sample, operation: impl AsyncFn()) {
    let runtime = current_thread_runtime();
    sample.time_all(|times| {
        runtime.block_on(async {
            for _ in 0..times {
                operation().await;
            }
        });
    });
}

fn read(sample: &mut Sample) {
    sample.time(|| OWN.with(|value| value.map_or(0, |value| *value)));
}

fn run(sample: &mut Sample) {
    sample.time(|| OWN.run(black_box(7), || black_box(())));
}

fn with_map(f: impl FnOnce()) {
    let map = StoreMap::new();
    map.enable().set(7_u64);
    f();
}

/// As Node's, but for where they count: JavaScript has one thread, and so no atomics.
struct FourHooks;

thread_local! {
    static EVENTS: std::cell::Cell<u64> = const { std::cell::Cell::new(0) };
}

impl FourHooks {
    fn count() {
        EVENTS.set(EVENTS.get() + 1);
    }
}

impl Hook for FourHooks {
    fn init(&self, _: &Resource) {
        Self::count();
    }

    fn before(&self, _: &Resource) {
        Self::count();
    }

    fn after(&self, _: &Resource) {
        Self::count();
    }

    fn destroy(&self, _: &Resource) {
        Self::count();
    }
}

fn with_four_hooks(f: impl FnOnce()) {
    let _enabled = AsyncHook::new(FourHooks).enable_scoped();
    f();
}
