//! Tasks and jobs that are started detached inherit nothing, and keep nothing.

use std::sync::Arc;

use async_hooks_core::{AsyncLocal, FutureExt as _, Inherit, detached, execution_async_id, trigger_async_id};
use async_hooks_tokio::{JoinSet, spawn, spawn_blocking};

use crate::runtimes::on_each_runtime;
use crate::runtimes::steering::yield_times;

static USER: AsyncLocal<Arc<str>> = AsyncLocal::new();
static DEPTH: AsyncLocal<u32> = AsyncLocal::new().inherit(Inherit::Fork(|depth| depth + 1));

fn is_set() -> bool {
    USER.with(|user| user.is_some()) || DEPTH.with(|depth| depth.is_some())
}

#[test]
fn what_is_spawned_detached_and_all_its_descendants_inherit_nothing() {
    on_each_runtime(async || {
        let tasks = USER.run(Arc::<str>::from("alice"), || {
            DEPTH.run(0_u32, || {
                let mut set = JoinSet::new();
                detached(|| {
                    set.spawn(async { spawn(async { is_set() }).await.unwrap() || is_set() });
                    set.spawn_blocking(is_set);
                    set.spawn(async { spawn_blocking(is_set).await.unwrap() });
                });
                let detached = async {
                    yield_times(3).await;
                    spawn(async { is_set() }).await.unwrap() || is_set()
                };
                set.spawn(detached.detached());
                set
            })
        });
        assert_eq!(tasks.join_all().await, [false; 4]);
    });
}

#[test]
fn a_task_spawned_detached_keeps_no_value_alive_and_still_names_its_trigger() {
    on_each_runtime(async || {
        let user = Arc::new(Arc::<str>::from("alice"));
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let request = USER.scope(Arc::clone(&user), async {
            let worker = detached(|| {
                spawn(async {
                    let trigger = trigger_async_id();
                    let _ = stopped.await;
                    trigger
                })
            });
            (execution_async_id(), worker)
        });
        let (request, worker) = spawn(request).await.unwrap();
        assert_eq!(Arc::strong_count(&user), 1);
        stop.send(()).unwrap();
        assert_eq!(worker.await.unwrap(), Some(request));
    });
}
