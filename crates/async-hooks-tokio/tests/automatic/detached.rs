//! Tasks that a predicate detaches.

use std::future::pending;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use async_hooks_core::{AsyncLocal, execution_async_id, trigger_async_id};
use async_hooks_tokio::{BuilderExt as _, RuntimeHooks, spawned_by_dependency};
use tokio::runtime::{Builder, Runtime};
use tokio::task::{JoinHandle, yield_now};

static USER: AsyncLocal<String> = AsyncLocal::new();

fn user() -> Option<String> {
    USER.get().map(|user| user.to_string())
}

/// What spawns a worker that serves all requests.
mod pool {
    use super::JoinHandle;

    pub(super) fn spawn<F: Future<Output: Send> + Send + 'static>(worker: F) -> JoinHandle<F::Output> {
        tokio::spawn(worker)
    }

    pub(super) const LINE: u32 = line!() - 3;
}

/// One runtime of each kind.
fn runtimes(hooks: impl Fn() -> RuntimeHooks) -> [Runtime; 2] {
    [Builder::new_current_thread(), Builder::new_multi_thread()]
        .map(|mut builder| builder.worker_threads(2).async_hooks_with(hooks()).build().unwrap())
}

fn detaching_pools() -> [Runtime; 2] {
    runtimes(|| RuntimeHooks::new().detach_when(|task| task.spawned_at().line() == pool::LINE))
}

#[test]
fn a_task_for_which_the_predicate_holds_has_no_value_and_keeps_none() {
    for runtime in detaching_pools() {
        let alice = Arc::new("alice".to_owned());
        let (in_pool, own) = runtime.block_on(USER.scope(Arc::clone(&alice), async {
            drop(pool::spawn(pending::<()>()));
            (pool::spawn(async { user() }).await.unwrap(), tokio::spawn(async { user() }).await.unwrap())
        }));
        assert_eq!((in_pool, own.as_deref()), (None, Some("alice")));
        // The own task was joined, and its thread may still be about to drop what is kept of it.
        let start = Instant::now();
        while Arc::strong_count(&alice) > 1 {
            assert!(start.elapsed() < Duration::from_secs(60), "the pool's worker, which waits, keeps the value");
            thread::yield_now();
        }
    }
}

#[test]
fn a_detached_task_keeps_its_trigger_what_it_sets_and_what_it_hands_on() {
    for runtime in detaching_pools() {
        let spawner = async {
            let worker = pool::spawn(async {
                USER.enter_with("worker");
                yield_now().await;
                let child = tokio::spawn(async { (trigger_async_id(), user()) }).await.unwrap();
                (execution_async_id(), trigger_async_id(), user(), child)
            });
            (execution_async_id(), worker.await.unwrap())
        };
        let spawner = runtime.spawn(USER.scope("alice".to_owned(), spawner));
        let (spawner, (id, trigger, own, child)) = runtime.block_on(spawner).unwrap();
        assert_eq!((trigger, own.as_deref()), (Some(spawner), Some("worker")));
        assert_eq!(child, (Some(id), Some("worker".to_owned())));
    }
}

#[test]
fn a_wrapped_task_is_not_asked_about() {
    for runtime in runtimes(|| RuntimeHooks::new().detach_when(|_| true)) {
        let wrapped = async { async_hooks_tokio::spawn(async { user() }).await.unwrap() };
        assert_eq!(runtime.block_on(USER.scope("alice".to_owned(), wrapped)).as_deref(), Some("alice"));
    }
}

#[test]
fn a_predicate_that_panics_detaches_nothing_and_is_asked_again() {
    let asked = Arc::new(AtomicUsize::new(0));
    let panicking = || {
        let asked = Arc::clone(&asked);
        RuntimeHooks::new().detach_when(move |_| {
            assert_ne!(asked.fetch_add(1, Ordering::Relaxed) % 2, 0, "on purpose");
            true
        })
    };
    for runtime in runtimes(panicking) {
        let tasks =
            async { [tokio::spawn(async { user() }).await.unwrap(), tokio::spawn(async { user() }).await.unwrap()] };
        let [kept, detached] = runtime.block_on(USER.scope("alice".to_owned(), tasks));
        assert_eq!((kept.as_deref(), detached), (Some("alice"), None));
    }
}

#[test]
fn what_a_predicate_spawns_is_not_asked_about() {
    let asked = Arc::new(AtomicUsize::new(0));
    let spawning = || {
        let asked = Arc::clone(&asked);
        RuntimeHooks::new().detach_when(move |_| {
            asked.fetch_add(1, Ordering::Relaxed);
            drop(tokio::spawn(async { assert_eq!(user().as_deref(), Some("alice")) }));
            drop(async_hooks_tokio::spawn(async {}));
            true
        })
    };
    for runtime in runtimes(spawning) {
        let task = async { tokio::spawn(async { user() }).await.unwrap() };
        assert_eq!(runtime.block_on(USER.scope("alice".to_owned(), task)), None);
    }
    assert_eq!(asked.load(Ordering::Relaxed), 2);
}

/// What dependencies spawn is tested where there are some: in the façade.
#[test]
fn the_program_is_no_dependency() {
    for runtime in runtimes(|| RuntimeHooks::new().detach_when(spawned_by_dependency)) {
        let task = async { pool::spawn(async { user() }).await.unwrap() };
        assert_eq!(runtime.block_on(USER.scope("alice".to_owned(), task)).as_deref(), Some("alice"));
    }
}
