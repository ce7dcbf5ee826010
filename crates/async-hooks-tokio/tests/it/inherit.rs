//! Every way to spawn asks each local how it crosses.

use async_hooks_core::{AsyncLocal, AsyncResource, FutureExt as _, Inherit};
use async_hooks_tokio::{HandleExt as _, JoinSet, LocalSetExt as _, spawn, spawn_blocking, spawn_local};
use tokio::task::LocalSet;

use crate::runtimes::on_each_runtime;
use crate::runtimes::steering::yield_times;

static USER: AsyncLocal<&str> = AsyncLocal::new();
static TRANSACTION: AsyncLocal<u32> = AsyncLocal::with_default(|| 0).inherit(Inherit::Barrier);
static DEPTH: AsyncLocal<u32> = AsyncLocal::new().inherit(Inherit::Fork(|depth| depth + 1));

type Seen = (Option<&'static str>, Option<u32>, Option<u32>);

const CROSSED: Seen = (Some("alice"), Some(0), Some(1));

fn seen() -> Seen {
    (USER.with(|user| user.copied()), TRANSACTION.with(|number| number.copied()), DEPTH.with(|depth| depth.copied()))
}

fn set<R>(f: impl FnOnce() -> R) -> R {
    USER.run("alice", || TRANSACTION.run(42_u32, || DEPTH.run(0_u32, f)))
}

#[test]
fn every_way_to_spawn_is_a_crossing() {
    on_each_runtime(async || {
        let local = LocalSet::new();
        let handle = tokio::runtime::Handle::current();
        let all = local.run_until(async {
            let tasks = set(|| {
                [
                    spawn(async { seen() }),
                    spawn_local(async { seen() }),
                    spawn_blocking(seen),
                    handle.spawn_tracked(async { seen() }),
                    handle.spawn_blocking_tracked(seen),
                    local.spawn_local_tracked(async { seen() }),
                ]
            });
            let mut all = Vec::new();
            for task in tasks {
                all.push(task.await.unwrap());
            }
            all
        });
        assert_eq!(all.await, [CROSSED; 6]);
    });
}

#[test]
fn every_way_to_spawn_into_a_set_is_a_crossing() {
    on_each_runtime(async || {
        let local = LocalSet::new();
        let handle = tokio::runtime::Handle::current();
        let all = local.run_until(async {
            let mut tasks = JoinSet::new();
            set(|| {
                tasks.spawn(async { seen() });
                tasks.spawn_on(async { seen() }, &handle);
                tasks.spawn_local(async { seen() });
                tasks.spawn_local_on(async { seen() }, &local);
                tasks.spawn_blocking(seen);
                tasks.spawn_blocking_on(seen, &handle);
                tasks.extend([async { seen() }]);
            });
            tasks.join_all().await
        });
        assert_eq!(all.await, [CROSSED; 7]);
    });
}

#[test]
fn a_tasks_own_steps_are_no_crossing() {
    on_each_runtime(async || {
        let task = set(|| {
            spawn(async {
                TRANSACTION.enter_with(7_u32);
                yield_times(5).await;
                let step = async { seen() }.in_async_resource("step");
                (seen(), step.await, AsyncResource::new("step").run_in_async_scope(seen))
            })
        });
        let own = (Some("alice"), Some(7), Some(1));
        assert_eq!(task.await.unwrap(), (own, own, own));
    });
}

#[test]
fn a_scope_inside_the_task_is_the_tasks_own() {
    on_each_runtime(async || {
        let task = set(|| {
            spawn(TRANSACTION.scope(
                7_u32,
                DEPTH.scope(70_u32, async {
                    yield_times(5).await;
                    (seen(), spawn(async { seen() }).await.unwrap())
                }),
            ))
        });
        let (own, child) = task.await.unwrap();
        assert_eq!(own, (Some("alice"), Some(7), Some(70)));
        assert_eq!(child, (Some("alice"), Some(0), Some(71)));
    });
}

#[test]
fn a_fork_counts_generations_across_workers() {
    on_each_runtime(async || {
        let task = DEPTH.run(0_u32, || {
            spawn(async {
                let grandchild = spawn(async { spawn_blocking(|| seen().2).await.unwrap() });
                (seen().2, grandchild.await.unwrap())
            })
        });
        assert_eq!(task.await.unwrap(), (Some(1), Some(3)));
    });
}
