//! Many leak tests at once: each sees its own.

use std::sync::{Arc, Barrier};
use std::thread;
use std::time::Duration;

use async_hooks::diagnostics::{Registry, leak_test};
use async_hooks::prelude::*;
use async_hooks::tokio::{JoinSet, spawn, spawn_blocking};
use tokio::sync::oneshot;
use tokio::task::yield_now;

use crate::{current_thread, failure, multi_thread};

const TESTS: usize = 200;

fn leaks_on_purpose(test: usize) -> bool {
    test % 20 == 7
}

/// A test of a server: requests with tasks, timers and blocking jobs.
///
/// All are awaited, but for one in the leaking requests.
async fn work(test: usize, leaked: &mut Option<oneshot::Sender<()>>) {
    let mut requests = JoinSet::new();
    for request in 0..10 {
        let handler = async move {
            let child = spawn(async move { yield_now().await });
            let timer = tokio::time::sleep(Duration::from_millis(request % 3)).in_async_resource("timer");
            timer.await;
            child.await.unwrap();
            spawn_blocking(|| ()).await.unwrap();
        };
        requests.spawn(handler.in_async_resource("request"));
    }
    while requests.join_next().await.is_some() {}
    if leaks_on_purpose(test) {
        let (keep, kept) = oneshot::channel();
        *leaked = Some(keep);
        drop(spawn(kept));
    }
}

#[test]
fn of_two_hundred_tests_at_once_exactly_the_ten_that_leak_fail() {
    let together = Arc::new(Barrier::new(TESTS));
    let run = |test: usize| {
        let together = Arc::clone(&together);
        thread::spawn(move || {
            let runtime = if test % 2 == 0 { current_thread() } else { multi_thread() };
            let mut leaked = None;
            together.wait();
            // On a machine with few cores two hundred runtimes are slow to end what has ended.
            let patient = leak_test().settle_within(Duration::from_secs(if leaks_on_purpose(test) { 1 } else { 60 }));
            failure(|| runtime.block_on(patient.run(work(test, &mut leaked))))
        })
    };
    let running: Vec<_> = (0..TESTS).map(run).collect();
    let messages: Vec<String> = running.into_iter().map(|test| test.join().unwrap()).collect();
    for (test, message) in messages.iter().enumerate() {
        assert_eq!(!message.is_empty(), leaks_on_purpose(test), "test {test}: {message}");
        assert!(message.is_empty() || message.contains("1 leak in 1 group\n\n  1  tokio::task  "), "{message}");
    }
    assert_eq!(messages.iter().filter(|message| !message.is_empty()).count(), 10);
}

#[test]
fn a_registry_beside_leak_tests_sees_them_all_and_ends_alone() {
    let registry = Registry::new();
    registry.enable();
    let counts: Vec<usize> = (0..8)
        .map(|_| {
            let registry = registry.clone();
            thread::spawn(move || current_thread().block_on(leak_test().run(async move { registry.len() })))
        })
        .map(|test| test.join().unwrap())
        .collect();
    assert_eq!(counts.len(), 8);
    let kept = AsyncResource::new("kept");
    assert!(registry.get(kept.async_id()).is_some());
    assert!(registry.disable().get(kept.async_id()).is_none());
}
