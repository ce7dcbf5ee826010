//! Does a process that makes and destroys for ever grow?
//!
//! Each case is a process of its own. It makes and destroys 2 million of something, then 8 million more; what it has grown by in
//! between must not depend on how many there were.

use std::future::pending;
use std::sync::mpsc::sync_channel;
use std::{fs, thread};

use async_hooks::tokio::spawn;
use async_hooks::{AsyncResource, FutureExt as _};
use async_hooks_benches::{Bar, Case, Currency, OWN, Question, current_thread_runtime, make_and_poll_once};
use tracing::subscriber::with_default;
use tracing_subscriber::layer::SubscriberExt as _;

const MOST: u32 = 1 << 20;

pub(crate) fn question() -> Question {
    Question::counting(Currency::Growth, "Does a process that makes and destroys for ever grow?")
        .cases(IS_TOLD.then(|| grown("resources", |count| (0..count).for_each(|_| drop(AsyncResource::new("bench"))))))
        .cases(IS_TOLD.then(|| grown("resources with a value each", |count| (0..count).for_each(resource_with_value))))
        .cases(IS_TOLD.then(|| grown("futures", |count| (0..count).for_each(|_| future()))))
        .cases(IS_TOLD.then(|| grown("spawns", |count| in_runtime(async || drop(spawn(async {}).await), count))))
        .cases(IS_TOLD.then(|| grown("aborts", |count| in_runtime(abort, count))))
        .cases(IS_TOLD.then(|| grown("spans", spans)))
        .cases(IS_TOLD.then(|| grown("resources of short-lived threads, 100 each", threads)))
        .cases(IS_TOLD.then(|| grown("resources dropped on another thread", dropped_elsewhere)))
}

/// Elsewhere the system says nothing of a process that std could read.
const IS_TOLD: bool = cfg!(target_os = "linux");

fn grown(name: &'static str, repeat: fn(u64)) -> Case {
    let body = move |count: u64| {
        repeat(200 * count);
        let before = resident();
        repeat(800 * count);
        resident().saturating_sub(before)
    };
    Case::new(name, move |sample| sample.count(body)).bar(Bar::Growth(MOST))
}

/// Bytes of memory that are in use and not only reserved.
fn resident() -> u64 {
    let told = fs::read_to_string("/proc/self/smaps_rollup").unwrap_or_default();
    let line = told.lines().find_map(|line| line.strip_prefix("Rss:"));
    let kilobytes = line.and_then(|line| line.trim().strip_suffix(" kB")?.parse::<u64>().ok());
    // Without an answer there is no bar to meet.
    kilobytes.map_or(u64::MAX, |kilobytes| kilobytes * 1024)
}

fn resource_with_value(number: u64) {
    OWN.run(number, || drop(AsyncResource::new("bench")));
}

fn future() {
    make_and_poll_once(|| OWN.scope(7, pending::<()>().in_async_resource("bench")));
}

fn in_runtime(operation: impl AsyncFn(), count: u64) {
    current_thread_runtime().block_on(async {
        for _ in 0..count {
            operation().await;
        }
    });
}

async fn abort() {
    let task = spawn(pending::<()>());
    task.abort();
    drop(task.await);
}

fn spans(count: u64) {
    with_default(tracing_subscriber::registry().with(async_hooks::tracing::layer()), || {
        (0..count).for_each(|_| drop(tracing::info_span!("bench").entered()));
    });
}

fn threads(count: u64) {
    let make = || (0..100).for_each(resource_with_value);
    (0..count / 100).for_each(|_| drop(thread::spawn(make).join()));
}

fn dropped_elsewhere(count: u64) {
    let (sender, receiver) = sync_channel::<AsyncResource>(1024);
    let dropping = thread::spawn(move || receiver.into_iter().for_each(drop));
    (0..count).for_each(|number| drop(sender.send(OWN.run(number, || AsyncResource::new("bench")))));
    drop(sender);
    drop(dropping.join());
}
