//! Twenty thousand scopes, spans, guards and drops, and a program that ends with success.
//!
//! No panic is part of it, so that `cargo xtask prove abort` can build it with `panic = "abort"`, where a panic of ours would end the
//! program.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::future::{self, Future};
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use async_hooks::diagnostics::{BlockedPolls, Cancellations, LeakDetector, Registry, leak_test};
use async_hooks::prelude::*;
use async_hooks::{AsyncId, AsyncLocal, AsyncResource, Snapshot, create_hook, execution_async_id};
use tokio::runtime::{Builder, Runtime};
use tracing::trace_span;
use tracing_subscriber::prelude::*;

const DEPTH: usize = 20_000;

static USER: AsyncLocal<usize> = AsyncLocal::new();

/// The numbers of resources that began and ended.
static BEGUN: AtomicUsize = AtomicUsize::new(0);
static ENDED: AtomicUsize = AtomicUsize::new(0);

fn count(counter: &AtomicUsize) {
    counter.fetch_add(1, Ordering::Relaxed);
}

fn main() {
    tracing_subscriber::registry().with(async_hooks::tracing::layer()).init();
    let hook = create_hook().init(|_| count(&BEGUN)).destroy(|_| count(&ENDED)).build();
    hook.enable();
    for check in [scopes, spans, guards, drops, futures] {
        on_a_large_stack(check);
    }
    tools();
    for mut builder in [Builder::new_current_thread(), Builder::new_multi_thread()] {
        tasks(&builder.worker_threads(2).enable_time().build().unwrap());
    }
    hook.disable();
    let [begun, ended] = [&BEGUN, &ENDED].map(|counter| counter.load(Ordering::Relaxed));
    assert!(begun > 4 * DEPTH, "{begun}");
    assert_eq!(begun, ended);
}

/// With room for the program's own recursion.
fn on_a_large_stack(check: fn()) {
    let checked = move || {
        check();
        assert_eq!((execution_async_id(), USER.get()), (AsyncId::ROOT, None));
    };
    thread::Builder::new().stack_size(1 << 30).spawn(checked).unwrap().join().unwrap();
}

/// Scopes, calls with a value, snapshots and spans, each inside the one before.
fn scopes() {
    fn nest(left: usize) {
        match left {
            0 => {}
            _ if left % 4 == 0 => AsyncResource::new("nested").run_in_async_scope(|| nest(left - 1)),
            _ if left % 4 == 1 => USER.run(left, || nest(left - 1)),
            _ if left % 4 == 2 => Snapshot::current().run(|| nest(left - 1)),
            _ => trace_span!("nested").in_scope(|| nest(left - 1)),
        }
    }
    nest(DEPTH);
}

/// Spans that are entered one inside the other, the outermost of which is left first.
fn spans() {
    let entered: Vec<_> = (0..DEPTH).map(|_| trace_span!("entered").entered()).collect();
    entered.into_iter().for_each(drop);
}

/// Guards of values, the outermost of which is dropped first.
fn guards() {
    let guards: Vec<_> = (0..DEPTH).map(|value| USER.enter(value)).collect();
    guards.into_iter().for_each(drop);
}

/// Callbacks, each of which owns the next, and values that own resources.
fn drops() {
    let mut callback: Box<dyn Fn()> = Box::new(|| ());
    for _ in 0..DEPTH {
        let inner = callback;
        let bound = AsyncResource::new("callback").bind(move |()| inner());
        callback = Box::new(move || bound(()));
    }
    drop(callback);
    static OWNER: AsyncLocal<AsyncResource> = AsyncLocal::new();
    for _ in 0..DEPTH {
        OWNER.enter_with(AsyncResource::new("owned"));
    }
    OWNER.disable();
}

/// Futures in futures, polled once and dropped.
fn futures() {
    let mut future: Pin<Box<dyn Future<Output = ()>>> = Box::pin(future::pending());
    for value in 0..DEPTH {
        future = match value % 2 {
            0 => Box::pin(future.in_async_resource("nested")),
            _ => Box::pin(USER.scope(value, future)),
        };
    }
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    assert!(future.as_mut().poll(&mut context).is_pending());
    drop(future);
}

/// Tools that come and go, and report.
fn tools() {
    for _ in 0..100 {
        let (registry, leaks) = (Registry::new(), LeakDetector::builder().older_than(Duration::ZERO).build());
        let (blocked, cancelled) = (BlockedPolls::builder().build(), Cancellations::builder().build());
        let enabled =
            (registry.enable_scoped(), leaks.enable_scoped(), blocked.enable_scoped(), cancelled.enable_scoped());
        let leak = AsyncResource::new("leak");
        assert!(!leaks.report().is_empty() && !registry.is_empty());
        drop((leak, enabled));
    }
}

/// Leak tests, tasks that are aborted, and tasks that end with their runtime.
fn tasks(runtime: &Runtime) {
    runtime.block_on(async {
        for _ in 0..100 {
            leak_test().run(async { async_hooks::tokio::spawn(async {}).await.unwrap() }).await;
        }
        let spawn = |_| async_hooks::tokio::spawn(USER.scope(1, future::pending::<()>()));
        let aborted: Vec<_> = (0..DEPTH / 10).map(spawn).collect();
        aborted.iter().for_each(tokio::task::JoinHandle::abort);
        for task in aborted {
            assert!(task.await.unwrap_err().is_cancelled());
        }
        (0..DEPTH / 10).map(spawn).for_each(drop);
    });
}
