//! Spans that are entered outside of a poll and left inside it, and the other way round.

use std::cell::RefCell;
use std::future::Future;
use std::mem;
use std::pin::Pin;
use std::sync::{Arc, Mutex};

use async_hooks::prelude::*;
use async_hooks::tokio::{spawn, spawn_local};
use tokio::runtime::Builder;
use tokio::task::{JoinHandle, LocalSet, yield_now};
use tracing::span::EnteredSpan;
use tracing::{Span, info_span};

use crate::{CLEAN, Mode, Standing, USER, install_layer, on_each_runtime, standing, user};

fn alices() -> Span {
    USER.run("alice", || info_span!("request"))
}

thread_local! {
    /// A span that was entered on this thread. The poll that takes it out leaves it.
    static HELD: RefCell<Option<EnteredSpan>> = const { RefCell::new(None) };
}

/// Enters a span and stores its guard, so that other code on this thread leaves it.
fn enter_and_hold() {
    HELD.set(Some(alices().entered()));
    assert_eq!(user(), Some("alice"));
}

#[track_caller]
fn leave_held() {
    assert!(HELD.take().is_some(), "it was entered on this thread");
}

type Task = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Leaves what is held in the first poll, or in a later one.
///
/// The future itself stays the same.
fn leaving(in_poll: usize) -> Task {
    Box::pin(async move {
        let own = standing();
        for poll in 0..3 {
            if poll == in_poll {
                leave_held();
            }
            assert_eq!(standing().0, own.0);
            yield_now().await;
        }
        assert_eq!(standing().0, own.0);
    })
}

type Spawn = fn(Task) -> JoinHandle<()>;

/// The ways to spawn a task that is tracked.
fn tracking(mode: Mode) -> Vec<Spawn> {
    let plain: Option<Spawn> = mode.tracks_plain_tasks().then_some(tokio::spawn);
    [spawn as Spawn].into_iter().chain(plain).collect()
}

#[test]
fn a_span_entered_around_block_on_and_left_in_a_poll_stays_nowhere() {
    install_layer();
    for mode in Mode::all() {
        for spawn in tracking(mode) {
            for in_poll in [0, 1, 2] {
                let runtime = mode.build(&mut Builder::new_current_thread());
                enter_and_hold();
                runtime.block_on(async { spawn(leaving(in_poll)).await.unwrap() });
                assert_eq!(standing(), CLEAN);
                let next = runtime.block_on(async { tokio::spawn(async { standing() }).await.unwrap() });
                assert_eq!(next.2, None);
            }
        }
    }
}

#[test]
fn a_span_entered_in_the_root_future_and_left_in_a_poll_stays_nowhere() {
    install_layer();
    for mode in Mode::all() {
        for spawn in tracking(mode) {
            let runtime = mode.build(&mut Builder::new_current_thread());
            runtime.block_on(async {
                enter_and_hold();
                let task = spawn(leaving(0));
                yield_now().await;
                assert_eq!(standing(), CLEAN);
                task.await.unwrap();
            });
            assert_eq!(standing(), CLEAN);
        }
    }
}

#[test]
fn a_span_entered_in_one_task_and_left_in_another_stays_nowhere() {
    install_layer();
    for mode in Mode::all() {
        for spawn in tracking(mode) {
            let runtime = mode.build(&mut Builder::new_current_thread());
            runtime.block_on(async {
                let own = spawn(Box::pin(async {
                    let own = standing();
                    enter_and_hold();
                    yield_now().await;
                    assert_eq!(standing(), own);
                }));
                let other = spawn(leaving(0));
                yield_now().await;
                assert_eq!(standing(), CLEAN);
                own.await.unwrap();
                other.await.unwrap();
            });
        }
    }
}

#[test]
fn a_span_that_a_local_task_owns_is_left_in_its_polls_or_with_it() {
    install_layer();
    for mode in Mode::all() {
        let runtime = mode.build(&mut Builder::new_current_thread());
        for in_poll in [true, false] {
            runtime.block_on(LocalSet::new().run_until(async {
                let entered = alices().entered();
                let owner = spawn_local(async move {
                    let owned = entered;
                    if in_poll {
                        drop(owned);
                    } else {
                        std::future::pending::<()>().await;
                    }
                });
                yield_now().await;
                owner.abort();
                assert_eq!(owner.await.is_ok(), in_poll);
                assert_eq!(standing(), CLEAN);
            }));
            assert_eq!(standing(), CLEAN);
        }
    }
}

/// On a runtime of one worker. Says what its thread is when it stops.
fn on_a_worker(mode: Mode, entered_on_start: bool, test: impl AsyncFnOnce()) -> Standing {
    install_layer();
    let stopped = Arc::new(Mutex::new(None));
    let stops = Arc::clone(&stopped);
    let mut builder = Builder::new_multi_thread();
    builder.worker_threads(1).on_thread_stop(move || *stops.lock().unwrap() = Some(standing()));
    if entered_on_start {
        builder.on_thread_start(enter_and_hold);
    }
    let runtime = mode.build(&mut builder);
    runtime.block_on(test());
    drop(runtime);
    let stopped = stopped.lock().unwrap().take();
    stopped.unwrap()
}

#[test]
fn a_span_entered_on_a_worker_thread_and_left_in_a_poll_stays_nowhere() {
    for mode in Mode::all() {
        for spawn in tracking(mode) {
            for in_poll in [0, 1, 2] {
                let task = async || spawn(leaving(in_poll)).await.unwrap();
                assert_eq!(on_a_worker(mode, true, task), CLEAN);
            }
        }
    }
}

async fn leak_in_each_poll() {
    let own = standing();
    for _ in 0..3 {
        mem::forget(alices().entered());
        assert_eq!(user(), Some("alice"));
        yield_now().await;
        assert_eq!(standing(), own);
    }
    mem::forget(alices().entered());
}

#[test]
fn a_span_leaked_in_a_poll_stays_neither_on_the_thread_nor_in_the_next_poll() {
    for mode in Mode::all() {
        for spawn in tracking(mode) {
            let task = async || spawn(Box::pin(leak_in_each_poll())).await.unwrap();
            assert_eq!(on_a_worker(mode, false, task), CLEAN);
        }
    }
    on_each_runtime(async |mode| {
        for spawn in tracking(mode) {
            spawn(Box::pin(leak_in_each_poll())).await.unwrap();
            assert_eq!(standing(), CLEAN);
        }
    });
}

/// Enters as `EnteredSpan` does, which a `Send` task may not hold over an `.await`.
async fn hold_over_an_await() {
    let (own, span) = (standing(), alices());
    span.with_subscriber(|(id, dispatch)| dispatch.enter(id));
    assert_eq!((Some(execution_async_id()), user()), (span.async_id(), Some("alice")));
    yield_now().await;
    assert_eq!(standing(), own);
    span.with_subscriber(|(id, dispatch)| dispatch.exit(id));
    assert_eq!(standing(), own);
    span.in_scope(|| assert_eq!(user(), Some("alice")));
    assert_eq!(standing(), own);
}

#[test]
fn a_span_left_in_a_later_poll_than_it_was_entered_in_changes_nothing_there() {
    on_each_runtime(async |mode| {
        for spawn in tracking(mode) {
            spawn(Box::pin(hold_over_an_await())).await.unwrap();
        }
        assert_eq!(standing(), CLEAN);
    });
}

#[test]
fn a_span_left_in_a_poll_that_panics_stays_nowhere() {
    for mode in Mode::all() {
        for spawn in tracking(mode) {
            let panicking = async || {
                let task = spawn(Box::pin(async {
                    let _held = HELD.take();
                    mem::forget(alices().entered());
                    std::panic::resume_unwind(Box::new(()));
                }));
                assert!(task.await.unwrap_err().is_panic());
            };
            assert_eq!(on_a_worker(mode, true, panicking), CLEAN);
        }
    }
}

#[test]
fn a_value_set_for_a_call_in_a_task_stays_set_when_the_span_around_the_call_is_left_inside_it() {
    let task = || -> Task {
        Box::pin(async {
            let own = standing();
            for _ in 0..2 {
                let entered = alices().entered();
                USER.run("bob", || {
                    assert_eq!(user(), Some("bob"));
                    drop(entered);
                    assert_eq!(user(), Some("bob"));
                });
                assert_eq!(standing(), own);
                yield_now().await;
                assert_eq!(standing(), own);
            }
        })
    };
    on_each_runtime(async |_| {
        for spawn in [tokio::spawn, spawn] as [Spawn; 2] {
            spawn(task()).await.unwrap();
        }
        task().await;
    });
}
