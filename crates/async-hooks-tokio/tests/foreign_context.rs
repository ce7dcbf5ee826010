//! A foreign context in the tasks and jobs of tokio.
//!
//! In those that are wrapped, and with the cfg in those that nothing wraps.

#![allow(clippy::unwrap_used, reason = "a test that meets the impossible may stop there")]

use std::cell::RefCell;
use std::marker::PhantomData;
#[cfg(tokio_unstable)]
use std::panic::panic_any;
use std::rc::Rc;

use async_hooks_core::{ForeignContext, propagate};
use async_hooks_tokio::JoinSet;
use tokio::runtime::{Builder, Runtime};
use tokio::task::yield_now;

thread_local! {
    static CURRENT: RefCell<Vec<u32>> = const { RefCell::new(Vec::new()) };
}

fn current() -> Option<u32> {
    CURRENT.with_borrow(|values| values.last().copied())
}

/// Keeps a value current on its thread; not `Send`.
struct Attached(PhantomData<Rc<()>>);

fn attach(value: u32) -> Attached {
    CURRENT.with_borrow_mut(|values| values.push(value));
    Attached(PhantomData)
}

impl Drop for Attached {
    fn drop(&mut self) {
        CURRENT.with_borrow_mut(Vec::pop);
    }
}

struct Foreign;

impl ForeignContext for Foreign {
    type Value = u32;
    type Guard = Attached;

    fn capture(&self) -> Option<u32> {
        current()
    }

    fn attach(&self, value: &u32) -> Attached {
        attach(*value)
    }
}

fn runtimes() -> [Runtime; 2] {
    [Builder::new_current_thread(), Builder::new_multi_thread()].map(|mut builder| {
        #[cfg(tokio_unstable)]
        async_hooks_tokio::BuilderExt::async_hooks(&mut builder);
        builder.worker_threads(2).enable_all().build().unwrap()
    })
}

/// Sees the same value at every poll, whatever runs on the thread in between.
async fn sees(value: u32) {
    for _ in 0..20 {
        assert_eq!(current(), Some(value));
        yield_now().await;
    }
}

fn with_value<R>(value: u32, f: impl FnOnce() -> R) -> R {
    let _attached = attach(value);
    f()
}

#[test]
fn tasks_and_jobs_run_with_what_was_current_at_their_spawn() {
    let propagation = propagate(Foreign);
    let _enabled = propagation.enable_scoped();
    for runtime in runtimes() {
        runtime.block_on(async {
            let mut tasks = JoinSet::new();
            for value in 0..200 {
                with_value(value, || tasks.spawn(sees(value)));
                with_value(value, || tasks.spawn_blocking(move || assert_eq!(current(), Some(value))));
                with_value(value, || {
                    tasks.spawn(async move {
                        async_hooks_tokio::spawn(sees(value)).await.unwrap();
                        assert_eq!(current(), Some(value));
                    })
                });
            }
            while let Some(task) = tasks.join_next().await {
                task.unwrap();
            }
            assert_eq!(current(), None);
        });
    }
}

#[cfg(tokio_unstable)]
#[test]
fn plain_tasks_run_with_it_too_and_leave_nothing_on_their_threads() {
    let propagation = propagate(Foreign);
    let _enabled = propagation.enable_scoped();
    for runtime in runtimes() {
        runtime.block_on(async {
            let tasks: Vec<_> = (0..200).map(|value| with_value(value, || tokio::spawn(sees(value)))).collect();
            let aborted =
                with_value(7, || tokio::spawn(async { drop((std::future::pending::<()>().await, attach(8))) }));
            let panicked = with_value(7, || tokio::spawn(async { panic_any(()) }));
            yield_now().await;
            aborted.abort();
            assert!(aborted.await.is_err() && panicked.await.is_err());
            for task in tasks {
                task.await.unwrap();
            }
            let strangers: Vec<_> = (0..50).map(|_| tokio::spawn(async { current() })).collect();
            for stranger in strangers {
                assert_eq!(stranger.await.unwrap(), None);
            }
        });
    }
}
