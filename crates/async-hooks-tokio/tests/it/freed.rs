//! Values go when the last task that can see them goes.

use std::future::pending;
use std::sync::Arc;

use async_hooks_core::AsyncLocal;
use async_hooks_tokio::{HandleExt as _, JoinSet, LocalSetExt as _, spawn, spawn_blocking};
use tokio::task::{LocalSet, yield_now};

use crate::runtimes::steering::yield_times;
use crate::runtimes::{current_thread, multi_thread, on_each_runtime};

static VALUE: AsyncLocal<String> = AsyncLocal::new();

fn value() -> Arc<String> {
    Arc::new("held".to_owned())
}

#[test]
fn values_are_freed_when_tasks_have_ended() {
    on_each_runtime(async || {
        let held = value();
        let mut set = JoinSet::new();
        VALUE.run(Arc::clone(&held), || {
            for _ in 0..100 {
                set.spawn(async {
                    yield_times(3).await;
                    let child = spawn(async { assert!(VALUE.get().is_some()) });
                    let job = spawn_blocking(|| assert!(VALUE.get().is_some()));
                    child.await.unwrap();
                    job.await.unwrap();
                });
            }
        });
        assert!(Arc::strong_count(&held) > 1);
        set.join_all().await;
        assert_eq!(Arc::strong_count(&held), 1);
    });
}

#[test]
fn values_entered_by_a_task_are_freed_with_it() {
    on_each_runtime(async || {
        let held = value();
        let entered = Arc::clone(&held);
        spawn(async move {
            VALUE.enter_with(entered);
            yield_now().await;
        })
        .await
        .unwrap();
        assert_eq!(Arc::strong_count(&held), 1);
    });
}

#[test]
fn values_are_freed_when_tasks_panic_or_are_aborted() {
    on_each_runtime(async || {
        let held = value();
        let (panicking, aborted) = VALUE.run(Arc::clone(&held), || {
            let panicking = spawn(async { std::panic::resume_unwind(Box::new(())) });
            let aborted = spawn(pending::<()>());
            (panicking, aborted)
        });
        yield_now().await;
        aborted.abort();
        assert!(panicking.await.unwrap_err().is_panic());
        assert!(aborted.await.unwrap_err().is_cancelled());
        assert_eq!(Arc::strong_count(&held), 1);
    });
}

#[test]
fn an_output_that_waits_to_be_joined_holds_no_values() {
    on_each_runtime(async || {
        let held = value();
        let task = VALUE.run(Arc::clone(&held), || spawn(async {}));
        while !task.is_finished() {
            yield_now().await;
        }
        // Not joined yet: the output waits, the task's context does not.
        assert_eq!(Arc::strong_count(&held), 1);
        task.await.unwrap();
    });
}

#[test]
fn values_are_freed_with_the_runtime() {
    for runtime in [current_thread(), multi_thread()] {
        let held = value();
        VALUE.run(Arc::clone(&held), || {
            for _ in 0..100 {
                drop(runtime.spawn_tracked(pending::<()>()));
            }
        });
        assert!(Arc::strong_count(&held) > 1);
        drop(runtime);
        assert_eq!(Arc::strong_count(&held), 1);
    }
}

#[test]
fn values_are_freed_with_a_local_set() {
    let held = value();
    let local = LocalSet::new();
    VALUE.run(Arc::clone(&held), || drop(local.spawn_local_tracked(pending::<()>())));
    assert_eq!(Arc::strong_count(&held), 2);
    drop(local);
    assert_eq!(Arc::strong_count(&held), 1);
}
