//! What do a registry and a leak detector, both enabled, add to a task and to each of its polls?

use std::future::pending;
use std::hint::black_box;
use std::process::ExitCode;

use async_hooks::diagnostics::{LeakDetector, Registry};
use async_hooks::tokio::spawn;
use async_hooks::{AsyncResource, FutureExt as _};
use async_hooks_benches::{Bar, Case, Polled, Question, Sample, current_thread_runtime};

const TASK: &str = "spawn and join, off";
const POLL: &str = "poll, off";
const POLLS: &str = "64 futures polled in turn, off";

fn main() -> ExitCode {
    Question::new("What do a registry and a leak detector add?")
        .case(Case::new(TASK, spawn_and_join))
        .case(Case::new("spawn and join, both", both(spawn_and_join)).bar(Bar::TimeOver(TASK, 400)))
        .case(Case::new(POLL, poll))
        .case(Case::new("poll, both", both(poll)).bar(Bar::TimeOver(POLL, 60)))
        .case(Case::new(POLLS, poll_many))
        .case(Case::new("64 futures polled in turn, both", both(poll_many)).bar(Bar::TimeOver(POLLS, 60)))
        .case(Case::new("resource new and drop, off", |sample| make(sample, 1)))
        .case(Case::new("resource new and drop, both", both(|sample| make(sample, 1))))
        .case(Case::new("the same on 2 threads, both", both(|sample| make(sample, 2))))
        .answer()
}

fn both(body: impl Fn(&mut Sample) + 'static) -> impl Fn(&mut Sample) + 'static {
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
