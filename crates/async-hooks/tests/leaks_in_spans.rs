//! The test of a resource follows what executes, and never a span.
//!
//! A span that was made outside a leak test hides nothing from it, and one that was made inside takes no other work
//! into it.

#![allow(clippy::unwrap_used, reason = "a test that meets the impossible may stop there")]

use std::future::{Future, pending};
use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::Once;
use std::thread;
use std::time::Duration;

use async_hooks::diagnostics::{LeakTest, assert_no_leaks, leak_test};
use async_hooks::prelude::*;
use async_hooks::tokio::{spawn, spawn_blocking};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use tracing::{Instrument as _, Span, info_span};
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::prelude::*;

static USER: AsyncLocal<&str> = AsyncLocal::new();

type Work = Pin<Box<dyn Future<Output = ()> + Send>>;
type Spawn = fn(Work) -> JoinHandle<()>;

/// Runs the test on both kinds of runtime, with each way to spawn a task that is tracked.
fn on_each(test: impl AsyncFn(Spawn)) {
    static INSTALL: Once = Once::new();
    // tokio's own spans are TRACE; with them each plain task would be a resource.
    let subscriber = || tracing_subscriber::registry().with(LevelFilter::INFO).with(async_hooks::tracing::layer());
    INSTALL.call_once(|| subscriber().init());
    for make in [Builder::new_current_thread, Builder::new_multi_thread] {
        let build = |builder: &mut Builder| -> Runtime { builder.worker_threads(2).enable_all().build().unwrap() };
        build(&mut make()).block_on(test(spawn));
        #[cfg(tokio_unstable)]
        {
            use async_hooks::tokio::BuilderExt as _;
            build(make().async_hooks()).block_on(test(tokio::spawn));
        }
    }
}

/// What a test that settles at once has panicked with; the empty text if it did not.
async fn failure(future: impl Future) -> String {
    fn soon() -> LeakTest {
        leak_test().settle_within(Duration::from_millis(20))
    }
    let mut test = Box::pin(soon().run(future));
    let polled = std::future::poll_fn(|cx| match catch_unwind(AssertUnwindSafe(|| test.as_mut().poll(cx))) {
        Ok(polled) => polled.map(|_| None),
        Err(payload) => std::task::Poll::Ready(payload.downcast::<String>().ok()),
    });
    polled.await.map_or_else(String::new, |message| *message)
}

/// Spans made outside any test: one brings a value and so a context, one brings none.
fn made_outside() -> [Span; 2] {
    [USER.run("alice", || info_span!("outside")), info_span!("outside")]
}

fn forget() {
    mem::forget(AsyncResource::new("forgotten"));
}

#[track_caller]
fn assert_one_forgotten(message: &str) {
    assert!(message.contains("1 leak in 1 group") && message.contains("1  forgotten"), "{message:?}");
}

#[test]
fn a_span_made_outside_hides_nothing_that_the_test_itself_makes_inside_it() {
    on_each(async |_| {
        for span in made_outside() {
            assert_one_forgotten(&failure(async { span.in_scope(forget) }).await);
            assert_one_forgotten(&failure(async { forget() }.instrument(span)).await);
        }
    });
}

#[test]
fn a_span_made_outside_hides_nothing_that_a_task_of_the_test_makes_inside_it() {
    on_each(async |spawn| {
        for span in made_outside() {
            let task = |span: Span| async move { spawn(Box::pin(async move { span.in_scope(forget) })).await.unwrap() };
            assert_one_forgotten(&failure(task(span.clone())).await);
            let task = |span: Span| async move { spawn(Box::pin(async { forget() }.instrument(span))).await.unwrap() };
            assert_one_forgotten(&failure(task(span)).await);
        }
    });
}

#[test]
fn a_span_made_outside_hides_nothing_that_a_scope_or_a_job_of_the_test_makes_inside_it() {
    on_each(async |_| {
        for span in made_outside() {
            let scope = async { AsyncResource::new("request").run_in_async_scope(|| span.in_scope(forget)) };
            assert_one_forgotten(&failure(scope).await);
            let inside = span.clone();
            let job = async { spawn_blocking(move || inside.in_scope(forget)).await.unwrap() };
            assert_one_forgotten(&failure(job).await);
        }
    });
}

#[test]
fn a_span_made_outside_hides_no_task_that_is_spawned_inside_it() {
    on_each(async |spawn| {
        for span in made_outside() {
            let (stop, stopped) = oneshot::channel::<()>();
            let forgetful = async {
                let inner: Work = Box::pin(async { drop(stopped.await) });
                let outer: Work = Box::pin(async move { span.in_scope(|| drop(spawn(inner))) });
                spawn(outer).await.unwrap();
            };
            let message = failure(forgetful).await;
            assert!(message.contains("1 leak in 1 group") && message.contains("1  tokio::task"), "{message:?}");
            drop(stop);
        }
    });
}

#[test]
fn a_span_made_outside_hides_nothing_from_the_guard_of_a_test() {
    on_each(async |_| {
        for span in made_outside() {
            let guarded = || {
                let _test = leak_test().settle_within(Duration::from_millis(20)).enter();
                AsyncResource::new("request").run_in_async_scope(|| span.in_scope(forget));
            };
            let outcome = thread::scope(|scope| scope.spawn(guarded).join());
            assert_one_forgotten(&outcome.unwrap_err().downcast::<String>().unwrap());
        }
    });
}

/// Makes a resource in each span that it receives, and answers with it.
async fn make_inside(mut spans: mpsc::UnboundedReceiver<(Span, oneshot::Sender<AsyncResource>)>) {
    while let Some((span, answer)) = spans.recv().await {
        let made = span.in_scope(|| AsyncResource::new("made elsewhere"));
        drop(span);
        answer.send(made).unwrap();
    }
}

#[test]
fn a_span_made_inside_takes_nothing_of_a_task_from_outside_into_the_test() {
    on_each(async |spawn| {
        let (send, spans) = mpsc::unbounded_channel();
        let elsewhere = spawn(Box::pin(make_inside(spans)));
        for user in ["alice", "bob"] {
            let kept = assert_no_leaks(USER.scope(user, async {
                let (answer, answered) = oneshot::channel();
                send.send((info_span!("inside"), answer)).unwrap();
                answered.await.unwrap()
            }));
            drop(kept.await);
        }
        drop(send);
        elsewhere.await.unwrap();
    });
}

#[test]
fn a_span_made_inside_takes_nothing_of_another_thread_into_the_test() {
    on_each(async |_| {
        let kept = assert_no_leaks(async {
            let span = USER.run("alice", || info_span!("inside"));
            thread::spawn(move || {
                let made = span.in_scope(|| AsyncResource::new("made elsewhere"));
                drop(span);
                made
            })
            .join()
            .unwrap()
        });
        drop(kept.await);
    });
}

#[test]
fn a_span_made_in_one_test_takes_nothing_of_another_test_along() {
    on_each(async |spawn| {
        let (send, spans) = mpsc::unbounded_channel();
        let (stop, stopped) = oneshot::channel::<()>();
        let other = tokio::task::LocalSet::new();
        let other = other.run_until(async {
            let task = async move {
                let worker = spawn(Box::pin(make_inside(spans)));
                drop(stopped.await);
                worker.await.unwrap();
            };
            failure(task).await
        });
        let one = async {
            let kept = assert_no_leaks(async {
                let (answer, answered) = oneshot::channel();
                send.send((USER.run("alice", || info_span!("inside")), answer)).unwrap();
                answered.await.unwrap()
            });
            let kept = kept.await;
            drop(send);
            drop(stop);
            kept
        };
        let (message, kept) = tokio::join!(other, one);
        assert!(message.contains("1 leak in 1 group") && message.contains("1  made elsewhere"), "{message:?}");
        drop(kept);
    });
}

#[test]
fn a_task_that_waits_in_a_span_made_outside_is_a_leak() {
    on_each(async |spawn| {
        for span in made_outside() {
            let mut task = None;
            let message = failure(async { task = Some(spawn(Box::pin(pending().instrument(span)))) }).await;
            assert!(message.contains("1 leak in 1 group") && message.contains("1  tokio::task"), "{message:?}");
            task.unwrap().abort();
        }
    });
}

#[test]
fn a_test_that_begins_inside_a_span_goes_on_when_the_span_is_left() {
    on_each(async |_| {
        for span in made_outside() {
            let guarded = || {
                let entered = span.entered();
                let _test = leak_test().settle_within(Duration::from_millis(20)).enter();
                drop(entered);
                forget();
            };
            let outcome = thread::scope(|scope| scope.spawn(guarded).join());
            assert_one_forgotten(&outcome.unwrap_err().downcast::<String>().unwrap());
        }
    });
}
