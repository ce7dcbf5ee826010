//! The cases where tokio reports its tasks and its spans.

use std::sync::OnceLock;

use async_hooks::tokio::BuilderExt as _;
use async_hooks_benches::{
    Bare, Case, Question, Sample, built, current_thread_runtime, self_waking, spawn_and_join_on, with_counting_hooks,
};
use console_subscriber::ConsoleLayer;
use tokio::runtime::{Builder, Runtime};
use tracing::Dispatch;
use tracing::dispatcher::with_default;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::registry;

pub(crate) fn question() -> Question {
    Question::new("What does tokio-console's subscriber cost, and what the runtime extension in the same build?")
        .group("spawn and join, tokio with its feature `tracing`")
        .case(Case::floor("tokio: spawn and join", |sample| spawn(sample, &current_thread_runtime())))
        .case(Case::new("automatic, off", |sample| spawn(sample, &automatic())))
        .case(Case::new("automatic, one hook", |sample| with_counting_hooks(1, || spawn(sample, &automatic()))))
        .case(Case::new("layer() alone, off", |sample| {
            with_default(&layer(), || spawn(sample, &current_thread_runtime()));
        }))
        .case(Case::new("layer() and automatic, off", |sample| with_default(&layer(), || spawn(sample, &automatic()))))
        .case(Case::peer("console-subscriber", |sample| {
            with_default(console(), || spawn(sample, &current_thread_runtime()));
        }))
        .group("a self-waking task, each poll, tokio with its feature `tracing`")
        .case(Case::floor("tokio: self-waking task", |sample| wake(sample, &current_thread_runtime())))
        .case(Case::new("automatic: self-waking task, off", |sample| wake(sample, &automatic())))
        .case(Case::new("automatic: self-waking task, one hook", |sample| {
            with_counting_hooks(1, || wake(sample, &automatic()));
        }))
        .case(Case::new("layer() alone: self-waking task, off", |sample| {
            with_default(&layer(), || wake(sample, &current_thread_runtime()));
        }))
        .case(Case::peer("console-subscriber: self-waking task", |sample| {
            with_default(console(), || wake(sample, &current_thread_runtime()));
        }))
}

fn automatic() -> Runtime {
    built(Builder::new_current_thread().async_hooks())
}

/// It makes resources of the spans that this tokio has for tasks, timers and locks.
fn layer() -> Dispatch {
    Dispatch::new(registry().with(async_hooks::tracing::layer()))
}

/// As in a program: the server and the aggregator on a thread of their own.
///
/// Nobody is connected.
fn console() -> &'static Dispatch {
    static CONSOLE: OnceLock<Dispatch> = OnceLock::new();
    CONSOLE.get_or_init(|| {
        let layer = ConsoleLayer::builder().server_addr(([127, 0, 0, 1], 0)).spawn();
        Dispatch::new(registry().with(layer))
    })
}

fn spawn(sample: &mut Sample, runtime: &Runtime) {
    spawn_and_join_on(runtime, sample, &Bare);
}

fn wake(sample: &mut Sample, runtime: &Runtime) {
    sample.time_all(|times| drop(runtime.block_on(async { tokio::spawn(self_waking(times)).await })));
}
