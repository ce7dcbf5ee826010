//! The program's results are what they would be without tracking.

use std::future::pending;
use std::pin::pin;

use async_hooks_tokio::{spawn, spawn_blocking};
use tokio::task::{JoinError, yield_now};

use crate::runtimes::on_each_runtime;

#[test]
fn outputs_and_tokio_ids_pass_through() {
    on_each_runtime(async || {
        let task = spawn(async { (String::from("output"), tokio::task::id()) });
        let id = task.id();
        assert_eq!(task.await.unwrap(), ("output".to_owned(), id));
        assert_eq!(spawn_blocking(|| "output").await.unwrap(), "output");
    });
}

#[test]
fn a_panic_is_the_tasks_own() {
    fn payload(error: JoinError) -> &'static str {
        error.into_panic().downcast_ref().copied().unwrap()
    }
    on_each_runtime(async || {
        let task = spawn(async {
            yield_now().await;
            std::panic::resume_unwind(Box::new("payload"));
        });
        let joined: Result<(), _> = task.await;
        assert_eq!(payload(joined.unwrap_err()), "payload");

        let job = spawn_blocking(|| std::panic::resume_unwind(Box::new("payload")));
        let joined: Result<(), _> = job.await;
        assert_eq!(payload(joined.unwrap_err()), "payload");
    });
}

#[test]
fn a_panic_while_an_aborted_task_is_dropped_is_the_tasks_own() {
    struct PanicsInDrop;
    impl Drop for PanicsInDrop {
        fn drop(&mut self) {
            std::panic::resume_unwind(Box::new("payload"));
        }
    }
    on_each_runtime(async || {
        let panics = PanicsInDrop;
        let task = spawn(async move {
            let _panics = panics;
            pending::<()>().await
        });
        yield_now().await;
        task.abort();
        let error = task.await.unwrap_err();
        assert!(error.is_panic());
        assert_eq!(error.into_panic().downcast_ref(), Some(&"payload"));
        assert_eq!(async_hooks_core::execution_async_id(), async_hooks_core::AsyncId::ROOT);
    });
}

#[test]
fn large_and_pinned_futures_are_spawned_too() {
    on_each_runtime(async || {
        let large = [7_u8; 64 * 1024];
        let task = spawn(async move {
            let pinned = pin!(async {
                yield_now().await;
                large.iter().map(|byte| usize::from(*byte)).sum::<usize>()
            });
            pinned.await
        });
        assert_eq!(task.await.unwrap(), 7 * 64 * 1024);
    });
}
