//! A task spawned by foreign code logs with the fields of its request, under its own ids.
//!
//! Needs `--cfg tokio_unstable`: without it tokio does not report a plain spawn.

#![cfg(tokio_unstable)]
#![allow(clippy::unwrap_used, reason = "a test that meets the impossible may stop there")]

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use async_hooks::prelude::*;
use async_hooks::tokio::RuntimeHooks;
use tokio::runtime::{Builder, Runtime};
use tokio::task::yield_now;
use tracing::{Span, info, info_span};
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::prelude::*;

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    fn lines(&self) -> Vec<String> {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap().lines().map(str::to_owned).collect()
    }
}

impl Write for Log {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(line)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// On the runtime that the subscriber of this thread serves.
fn logged(test: impl FnOnce(&Runtime)) -> Vec<String> {
    let log = Log::default();
    let writer = log.clone();
    let format = tracing_subscriber::fmt::format().compact().without_time().with_target(false).with_ansi(false);
    let lines = tracing_subscriber::fmt::layer()
        .event_format(async_hooks::tracing::with_async_ids(format))
        .with_writer(move || writer.clone())
        .with_ansi(false);
    // tokio's own spans and events are TRACE.
    let subscriber = tracing_subscriber::registry().with(LevelFilter::INFO);
    let subscriber = subscriber.with(async_hooks::tracing::layer()).with(lines);
    tracing::subscriber::with_default(subscriber, || {
        let hooks = RuntimeHooks::new().in_current_span();
        test(&Builder::new_current_thread().async_hooks_with(hooks).build().unwrap());
        assert_eq!(execution_async_id(), AsyncId::ROOT);
        assert!(Span::current().is_none());
    });
    log.lines()
}

/// Stands for a crate that knows neither spans nor us.
async fn third_party() -> AsyncId {
    let inner = tokio::spawn(async {
        yield_now().await;
        info!("deep inside");
        execution_async_id()
    });
    inner.await.unwrap()
}

#[test]
fn a_line_of_a_nested_task_has_the_requests_fields_and_its_own_ids() {
    let mut ids = Vec::new();
    let lines = logged(|runtime| {
        for user in ["alice", "bob"] {
            let request = info_span!("request", user);
            let task = request.in_scope(|| runtime.spawn(third_party()));
            ids.push(runtime.block_on(task).unwrap());
        }
    });
    assert_eq!(lines.len(), 2);
    for ((line, id), user) in lines.iter().zip(ids).zip(["alice", "bob"]) {
        assert!(line.contains("request") && line.contains(user), "{line}");
        assert!(line.contains(&format!(" async_id={id} ")), "{line}");
    }
}

#[test]
fn a_span_entered_in_between_wins_and_none_is_left_behind() {
    let lines = logged(|runtime| {
        let request = info_span!("request", user = "alice");
        let task = request.in_scope(|| {
            runtime.spawn(async {
                let query = info_span!("query", table = "orders");
                let inner = query.in_scope(|| tokio::spawn(async { info!("inside") }));
                inner.await.unwrap();
                info!("outside");
            })
        });
        runtime.block_on(task).unwrap();
        runtime.block_on(runtime.spawn(async { info!("of nobody") })).unwrap();
    });
    assert!(lines[0].contains("alice") && lines[0].contains("orders"), "{}", lines[0]);
    assert!(lines[1].contains("alice") && !lines[1].contains("orders"), "{}", lines[1]);
    assert!(!lines[2].contains("request"), "{}", lines[2]);
}

#[derive(Clone, Default)]
struct Closed(Arc<Mutex<Vec<&'static str>>>);

impl<S: tracing::Subscriber + for<'l> tracing_subscriber::registry::LookupSpan<'l>> tracing_subscriber::Layer<S>
    for Closed
{
    fn on_close(&self, id: tracing::span::Id, context: tracing_subscriber::layer::Context<'_, S>) {
        self.0.lock().unwrap().push(context.span(&id).unwrap().name());
    }
}

impl Closed {
    fn names(&self) -> Vec<&'static str> {
        self.0.lock().unwrap().clone()
    }
}

/// A runtime, and the names of the spans that are closed.
fn closing(test: impl FnOnce(&Runtime, &Closed)) {
    let closed = Closed::default();
    let subscriber = tracing_subscriber::registry().with(LevelFilter::INFO).with(async_hooks::tracing::layer());
    tracing::subscriber::with_default(subscriber.with(closed.clone()), || {
        let hooks = RuntimeHooks::new().in_current_span();
        test(&Builder::new_current_thread().async_hooks_with(hooks).build().unwrap(), &closed);
        assert!(Span::current().is_none());
    });
}

#[test]
fn a_span_closes_when_the_request_around_the_spawn_has_ended_though_its_tasks_live_on() {
    closing(|runtime, closed| {
        let request = AsyncResource::new("request");
        let (open, wait) = tokio::sync::oneshot::channel::<()>();
        let task = async {
            let before = Span::current().metadata().map(|metadata| metadata.name());
            wait.await.unwrap();
            (before, Span::current().is_none())
        };
        let task = request.run_in_async_scope(|| info_span!("GET").in_scope(|| runtime.spawn(task)));
        runtime.block_on(yield_now());
        assert!(closed.names().is_empty());
        drop(request);
        assert_eq!(closed.names(), ["GET"]);
        open.send(()).unwrap();
        assert_eq!(runtime.block_on(task).unwrap(), (Some("GET"), true));
    });
}

#[test]
#[expect(clippy::async_yields_async, reason = "the task that is spawned last is joined last")]
fn what_such_a_task_spawns_shares_its_hold() {
    closing(|runtime, closed| {
        let request = AsyncResource::new("request");
        let (open, wait) = tokio::sync::oneshot::channel::<()>();
        let grandchild = async {
            let before = Span::current().is_none();
            wait.await.unwrap();
            (before, Span::current().is_none())
        };
        let child = async { tokio::spawn(async { tokio::spawn(grandchild) }).await.unwrap() };
        let child = request.run_in_async_scope(|| info_span!("GET").in_scope(|| runtime.spawn(child)));
        let grandchild = runtime.block_on(child).unwrap();
        runtime.block_on(yield_now());
        assert!(closed.names().is_empty(), "the request lives");
        drop(request);
        assert_eq!(closed.names(), ["GET"]);
        open.send(()).unwrap();
        assert_eq!(runtime.block_on(grandchild).unwrap(), (false, true));
    });
}

#[test]
#[expect(clippy::async_yields_async, reason = "the task that waits for ever is aborted, and not joined")]
fn a_span_that_a_task_enters_itself_is_held_until_that_task_has_ended() {
    closing(|runtime, closed| {
        let spawner = async { info_span!("query").in_scope(|| tokio::spawn(std::future::pending::<()>())) };
        let task = info_span!("GET").in_scope(|| runtime.spawn(spawner));
        let pending = runtime.block_on(task).unwrap();
        runtime.block_on(yield_now());
        assert_eq!(closed.names(), ["query", "GET"]);
        pending.abort();
    });
}

#[test]
fn a_request_that_ends_while_its_task_is_polled_closes_the_span_after_that_poll() {
    closing(|runtime, closed| {
        let request = AsyncResource::new("request");
        let (given, take) = std::sync::mpsc::channel::<AsyncResource>();
        let seen = closed.clone();
        let task = async move {
            drop(take.recv().unwrap());
            let inside = (seen.names(), Span::current().is_none());
            yield_now().await;
            (inside, seen.names(), Span::current().is_none())
        };
        let task = request.run_in_async_scope(|| info_span!("GET").in_scope(|| runtime.spawn(task)));
        given.send(request).unwrap();
        let (inside, names, is_gone) = runtime.block_on(task).unwrap();
        assert_eq!((inside, names, is_gone), ((vec![], false), vec!["GET"], true));
    });
}

#[test]
fn a_span_stays_open_for_as_long_as_a_task_lives_that_was_spawned_in_the_root() {
    closing(|runtime, closed| {
        let (open, wait) = tokio::sync::oneshot::channel::<()>();
        let task = info_span!("request").in_scope(|| runtime.spawn(wait));
        runtime.block_on(yield_now());
        assert!(closed.names().is_empty());
        open.send(()).unwrap();
        runtime.block_on(task).unwrap().unwrap();
        assert_eq!(closed.names(), ["request"]);
    });
}

#[test]
fn a_runtime_that_goes_releases_the_spans_of_its_tasks() {
    let closed = Closed::default();
    let subscriber = tracing_subscriber::registry().with(LevelFilter::INFO).with(closed.clone());
    tracing::subscriber::with_default(subscriber, || {
        let hooks = RuntimeHooks::new().in_current_span();
        let runtime = Builder::new_current_thread().async_hooks_with(hooks).build().unwrap();
        let never_ends = info_span!("aborted").in_scope(|| runtime.spawn(std::future::pending::<()>()));
        runtime.block_on(yield_now());
        drop((never_ends, runtime));
        assert_eq!(closed.names(), ["aborted"]);
    });
}

#[test]
fn tasks_that_a_runtime_refuses_hold_no_span() {
    let closed = Closed::default();
    let subscriber = tracing_subscriber::registry().with(LevelFilter::INFO).with(closed.clone());
    tracing::subscriber::with_default(subscriber, || {
        let hooks = RuntimeHooks::new().in_current_span();
        let runtime = Builder::new_current_thread().async_hooks_with(hooks).build().unwrap();
        let handle = runtime.handle().clone();
        drop(runtime);
        let request = AsyncResource::new("request");
        for _ in 0..1000 {
            request.run_in_async_scope(|| info_span!("refused").in_scope(|| drop(handle.spawn(async {}))));
        }
        assert_eq!(closed.names().len(), 1000);
    });
}
