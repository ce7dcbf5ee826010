//! How do costs grow: with locals set, hooks enabled, resources alive, threads?

use std::future::pending;
use std::hint::black_box;
use std::sync::{Mutex, OnceLock};

use async_hooks::{AsyncResource, FutureExt as _, StoreMap};
use async_hooks_benches::{
    Case, OWN, Polled, Question, Sample, Tracked, make_and_poll_once, spawn_and_join, with_counting_hooks,
    with_locals_set,
};

const LOCALS: [usize; 6] = [1, 3, 8, 20, 50, 100];
const HOOKS: [usize; 6] = [0, 1, 2, 4, 6, 8];
const ALIVE: [usize; 4] = [1, 100, 10_000, 1_000_000];

/// A thing to do, and what it is called.
type Operation = (&'static str, fn(&mut Sample));

const OF_LOCALS: [Operation; 7] = [
    ("with", |sample| sample.time(|| OWN.with(|value| value.map_or(0, |value| *value)))),
    ("get", |sample| sample.time(|| OWN.get())),
    ("run", |sample| sample.time(|| OWN.run(black_box(7), || black_box(())))),
    ("resource: new and drop", make),
    ("poll of a scope", |sample| poll(sample, OWN.scope(7, pending()))),
    ("scope: made and polled once", |sample| {
        sample.time(|| make_and_poll_once(|| OWN.scope(7, std::future::ready(()))))
    }),
    ("spawn and join", |sample| spawn_and_join(sample, &Tracked)),
];

const OF_HOOKS: [Operation; 4] = [
    ("resource: new and drop", make),
    ("run_in_async_scope", scope),
    ("poll of a tracked future", |sample| poll(sample, pending().in_async_resource("bench"))),
    ("spawn and join", |sample| spawn_and_join(sample, &Tracked)),
];

const OF_ALIVE: [Operation; 4] = [
    ("resource: new and drop", make),
    ("resource: new and drop, one hook", |sample| with_counting_hooks(1, || make(sample))),
    ("resource: new and drop, a StoreMap with an entry each", |sample| make(sample)),
    ("poll of a tracked future", |sample| poll(sample, pending().in_async_resource("bench"))),
];

pub(crate) fn question() -> Question {
    Question::new("How do costs grow: with locals set, hooks enabled, resources alive?")
        .curves("By the number of locals that are set", "AsyncLocals set")
        .cases(points(&OF_LOCALS, &LOCALS, "set", |set, sample, operation| with_locals_set(set, || operation(sample))))
        .curves("By the number of hooks that are enabled", "hooks, each of which counts every event")
        .cases(points(&OF_HOOKS, &HOOKS, "hooks", |hooks, sample, operation| {
            with_counting_hooks(hooks, || operation(sample));
        }))
        .curves("By the number of resources that are alive", "resources alive")
        .cases(points(&OF_ALIVE[..2], &ALIVE, "alive", among))
        .cases(points(&OF_ALIVE[2..3], &ALIVE, "alive", among_stores))
        .cases(points(&OF_ALIVE[3..], &ALIVE, "alive", among))
}

/// Each operation at each x.
fn points(
    operations: &[Operation],
    xs: &'static [usize],
    of_what: &'static str,
    run: fn(usize, &mut Sample, fn(&mut Sample)),
) -> Vec<Case> {
    let at = move |(series, operation): Operation, x: usize| {
        let name: &'static str = format!("{series}, {x} {of_what}").leak();
        let case = Case::new(name, move |sample| run(x, sample, operation)).at(series, x as f64);
        // Those that make a million first take too long to be timed in turns, and what they say is that nothing depends on it.
        if of_what == "alive" { case.only_counted() } else { case }
    };
    operations.iter().flat_map(|operation| xs.iter().map(move |x| at(*operation, *x))).collect()
}

fn make(sample: &mut Sample) {
    sample.time(|| {
        black_box(&AsyncResource::new("bench"));
    });
}

fn scope(sample: &mut Sample) {
    let resource = AsyncResource::new("bench");
    sample.time(|| resource.run_in_async_scope(|| black_box(())));
}

fn poll(sample: &mut Sample, future: impl Future<Output = ()> + 'static) {
    let mut polled = Polled::new(future);
    polled.poll();
    sample.time(|| polled.poll());
}

/// Kept from sample to sample.
static RESOURCES: Mutex<Vec<AsyncResource>> = Mutex::new(Vec::new());

fn among(alive: usize, sample: &mut Sample, operation: fn(&mut Sample)) {
    if let Ok(mut resources) = RESOURCES.lock() {
        resources.resize_with(alive, || AsyncResource::new("bench"));
    }
    operation(sample);
}

/// Kept as they are.
static STORES: OnceLock<StoreMap<u64>> = OnceLock::new();

/// The map holds a store for each of them, inherited, and hands it on to what is measured.
fn among_stores(alive: usize, sample: &mut Sample, operation: fn(&mut Sample)) {
    STORES.get_or_init(StoreMap::new).enable().set(7);
    among(alive, sample, operation);
}
