//! What does an enabled `StoreMap` add to a task, over keeping such a map by hand?

use std::hint::black_box;

use async_hooks::tokio::spawn;
use async_hooks::{AsyncId, StoreMap, execution_async_id};
use async_hooks_benches::{Bar, Case, Question, Sample, current_thread_runtime};
use dashmap::DashMap;

const OFF: &str = "spawn and join, no map";
const BY_HAND: &str = "spawn and join, a DashMap by hand";

pub(crate) fn question() -> Question {
    Question::new("What does a StoreMap add to a task?")
        .case(Case::floor(OFF, spawn_and_join))
        .case(Case::peer(BY_HAND, by_hand))
        .case(
            Case::new("spawn and join, empty StoreMap", |sample| {
                let map = StoreMap::<u64>::new();
                map.enable();
                spawn_and_join(sample);
            })
            .bar(Bar::OutsideAllocatorOver(OFF, 150)),
        )
        .case(
            Case::new("spawn and join, inheriting", |sample| {
                let map = StoreMap::new();
                map.enable().set(7_u64);
                spawn_and_join(sample);
            })
            .bar(Bar::OutsideAllocatorOver(BY_HAND, 420)),
        )
}

fn spawn_and_join(sample: &mut Sample) {
    repeat(sample, || ());
}

/// The map a program would keep without hooks, around each spawn.
///
/// It looks up the parent's store, keeps a copy, and removes it at the end.
fn by_hand(sample: &mut Sample) {
    let stores = DashMap::<AsyncId, u64>::new();
    stores.insert(execution_async_id(), 7);
    let mut id = 1;
    repeat(sample, move || {
        let inherited = stores.get(&execution_async_id()).map(|store| *store);
        id += 1;
        let child = AsyncId::from_u64(black_box(id)).unwrap_or(AsyncId::ROOT);
        stores.insert(child, inherited.unwrap_or_default());
        stores.remove(&child);
    });
}

fn repeat(sample: &mut Sample, mut beside: impl FnMut()) {
    let runtime = current_thread_runtime();
    sample.time_all(|times| {
        runtime.block_on(async {
            for _ in 0..times {
                beside();
                drop(spawn(async {}).await);
            }
        });
    });
}
