//! Values that a span carries into tasks which nobody but the span knows of, on many threads.

use std::collections::HashSet;

use async_hooks_core::{AsyncId, AsyncLocal, execution_async_id, trigger_async_id};
use async_hooks_tracing::{SpanExt as _, layer};
use tracing::{Instrument as _, info_span};
use tracing_subscriber::prelude::*;

static USER: AsyncLocal<u64> = AsyncLocal::new();

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_instrumented_bare_spawn_carries_values_over_every_await_and_thread() {
    tracing_subscriber::registry().with(layer()).init();
    let tasks: Vec<_> = (0..100)
        .map(|user| {
            let span = USER.run(user, || info_span!("request"));
            let id = span.async_id().unwrap();
            let task = async move {
                for _ in 0..20 {
                    assert_eq!(USER.get().as_deref(), Some(&user));
                    assert_eq!(execution_async_id(), id);
                    assert_eq!(trigger_async_id(), Some(AsyncId::ROOT));
                    tokio::task::yield_now().await;
                }
                id
            };
            tokio::spawn(task.instrument(span))
        })
        .collect();
    let mut ids = HashSet::new();
    for task in tasks {
        ids.insert(task.await.unwrap());
    }
    assert_eq!(ids.len(), 100);

    // The root, or a task of its own where tokio makes spans of tasks.
    let (left_behind, user) = tokio::spawn(async { (execution_async_id(), USER.get()) }).await.unwrap();
    assert!(!ids.contains(&left_behind), "{left_behind}");
    assert_eq!(user, None);
}
