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

#[test]
fn a_span_stays_open_for_as_long_as_its_tasks_live() {
    #[derive(Clone, Default)]
    struct Closed(Arc<Mutex<Vec<&'static str>>>);
    impl<S: tracing::Subscriber + for<'l> tracing_subscriber::registry::LookupSpan<'l>> tracing_subscriber::Layer<S>
        for Closed
    {
        fn on_close(&self, id: tracing::span::Id, context: tracing_subscriber::layer::Context<'_, S>) {
            self.0.lock().unwrap().push(context.span(&id).unwrap().name());
        }
    }
    let closed = Closed::default();
    tracing::subscriber::with_default(
        tracing_subscriber::registry().with(LevelFilter::INFO).with(closed.clone()),
        || {
            let hooks = RuntimeHooks::new().in_current_span();
            let runtime = Builder::new_current_thread().async_hooks_with(hooks).build().unwrap();
            let (open, wait) = tokio::sync::oneshot::channel::<()>();
            let task = info_span!("request").in_scope(|| runtime.spawn(wait));
            runtime.block_on(yield_now());
            assert!(closed.0.lock().unwrap().is_empty());
            open.send(()).unwrap();
            runtime.block_on(task).unwrap().unwrap();
            assert_eq!(*closed.0.lock().unwrap(), ["request"]);
            let never_ends = info_span!("aborted").in_scope(|| runtime.spawn(std::future::pending::<()>()));
            runtime.block_on(yield_now());
            drop((never_ends, runtime));
            assert_eq!(*closed.0.lock().unwrap(), ["request", "aborted"]);
        },
    );
}
