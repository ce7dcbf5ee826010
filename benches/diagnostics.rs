//! What do an enabled registry and leak detector add to a task and to each of its polls?

use std::future::pending;
use std::hint::black_box;

use async_hooks::diagnostics::{LeakDetector, Registry};
use async_hooks::tokio::spawn;
use async_hooks::{AsyncResource, FutureExt as _};
use async_hooks_benches::{Bar, Case, Polled, Question, Sample, current_thread_runtime};

const TASK: &str = "spawn and join, off";
const POLL: &str = "poll, off";
const POLLS: &str = "64 futures polled in turn, off";

pub(crate) fn question() -> Question {
    Question::new("What do a registry and a leak detector add?")
        .group("spawn and join")
        .case(Case::floor(TASK, spawn_and_join))
        .case(Case::new("spawn and join, both", both(spawn_and_join)).bar(Bar::TimeOver(TASK, 400)))
        .group("a poll")
        .case(Case::floor(POLL, poll))
        .case(Case::new("poll, both", both(poll)).bar(Bar::TimeOver(POLL, 60)))
        .group("a poll of one of many")
        .case(Case::floor(POLLS, poll_many))
        .case(Case::new("64 futures polled in turn, both", both(poll_many)).bar(Bar::TimeOver(POLLS, 60)))
        .group("new and drop")
        .case(Case::floor("resource new and drop, off", |sample| make(sample, 1)).only_timed())
        .case(Case::new("resource new and drop, both", both(|sample| make(sample, 1))).only_timed())
        .case(Case::new("the same on 2 threads, both", both(|sample| make(sample, 2))).only_timed())
}

fn both(body: impl Fn(&mut Sample) + Sync + 'static) -> impl Fn(&mut Sample) + Sync + 'static {
    move |sample| {
        let (registry, detector) = (Registry::new(), LeakDetector::builder().build());
        registry.enable();
        detector.enable();
        // Samples are short; a program that has run for a moment has filled its table before.
        drop(Vec::from_iter((0..10_000).map(|_| AsyncResource::new("bench"))));
        body(sample);
    }
}

fn spawn_and_join(sample: &mut Sample) {
    let runtime = current_thread_runtime();
    sample.time_all(|times| {
        runtime.block_on(async {
            for _ in 0..times {
                drop(black_box(spawn(async {}).await));
            }
        });
    });
}

fn poll(sample: &mut Sample) {
    let mut polled = Polled::new(pending().in_async_resource("bench"));
    sample.time(|| polled.poll());
}

/// More than a thread keeps at hand.
fn poll_many(sample: &mut Sample) {
    let mut polled: Vec<_> = (0..64).map(|_| Polled::new(pending().in_async_resource("bench"))).collect();
    let mut turn = 0;
    sample.time(|| {
        turn = (turn + 1) % polled.len();
        polled[turn].poll();
    });
}

fn make(sample: &mut Sample, threads: usize) {
    sample.time_on_threads(threads, || AsyncResource::new("bench"));
}
