//! `AsyncLocal`s across spawns.

use std::sync::Arc;
use std::thread;

use async_hooks_core::{AsyncLocal, execution_async_id};
use async_hooks_tokio::{HandleExt as _, JoinSet, LocalSetExt as _, spawn, spawn_blocking, spawn_local};
use tokio::task::{LocalSet, yield_now};

use crate::runtimes::steering::yield_times;
use crate::runtimes::{current_thread, multi_thread, on_each_runtime};

static USER: AsyncLocal<&str> = AsyncLocal::new();
static NUMBER: AsyncLocal<usize> = AsyncLocal::new();

fn user() -> Option<&'static str> {
    USER.with(|user| user.copied())
}

#[test]
fn a_task_sees_the_values_of_its_spawn_over_all_its_awaits() {
    on_each_runtime(async || {
        let task = USER.run("alice", || {
            spawn(async {
                let first = user();
                yield_times(10).await;
                (first, user())
            })
        });
        let seen = USER.scope("bob", task).await.unwrap();
        assert_eq!(seen, (Some("alice"), Some("alice")));
    });
}

#[test]
fn values_reach_every_descendant() {
    on_each_runtime(async || {
        let task = USER.run("alice", || {
            spawn(async {
                let child = spawn(async { spawn_blocking(|| spawn(async { user() })).await.unwrap().await.unwrap() });
                child.await.unwrap()
            })
        });
        assert_eq!(task.await.unwrap(), Some("alice"));
    });
}

#[test]
fn every_way_to_spawn_carries_the_values() {
    on_each_runtime(async || {
        let local = LocalSet::new();
        let handle = tokio::runtime::Handle::current();
        let seen = local.run_until(async {
            let tasks = USER.run("alice", || {
                [
                    spawn(async { user() }),
                    spawn_local(async { user() }),
                    spawn_blocking(user),
                    handle.spawn_tracked(async { user() }),
                    handle.spawn_blocking_tracked(user),
                    local.spawn_local_tracked(async { user() }),
                ]
            });
            let mut seen = Vec::new();
            for task in tasks {
                seen.push(task.await.unwrap());
            }
            seen
        });
        assert_eq!(seen.await, [Some("alice"); 6]);
    });
}

#[test]
fn every_way_to_spawn_into_a_set_carries_the_values() {
    on_each_runtime(async || {
        let local = LocalSet::new();
        let handle = tokio::runtime::Handle::current();
        let seen = local.run_until(async {
            let mut set = JoinSet::new();
            USER.run("alice", || {
                set.spawn(async { user() });
                set.spawn_on(async { user() }, &handle);
                set.spawn_local(async { user() });
                set.spawn_local_on(async { user() }, &local);
                set.spawn_blocking(user);
                set.spawn_blocking_on(user, &handle);
                set.extend([async { user() }]);
            });
            set.join_all().await
        });
        assert_eq!(seen.await, [Some("alice"); 7]);
        let collected: JoinSet<_> = USER.run("bob", || [async { user() }].into_iter().collect());
        assert_eq!(collected.join_all().await, [Some("bob")]);
    });
}

#[test]
fn the_context_of_a_plain_thread_goes_with_what_it_spawns() {
    for runtime in [current_thread(), multi_thread()] {
        let handle = runtime.handle().clone();
        let spawning = move || USER.run("alice", || handle.spawn_tracked(async { user() }));
        let task = thread::spawn(spawning).join().unwrap();
        assert_eq!(runtime.block_on(task).unwrap(), Some("alice"));
    }
}

#[test]
fn concurrent_tasks_each_read_their_own_value_through_storms_of_yields() {
    on_each_runtime(async || {
        let mut set = JoinSet::new();
        for number in 0..1000 {
            NUMBER.run(number, || set.spawn(reads_its_own(number)));
        }
        assert_eq!(set.join_all().await, [(); 1000]);
    });
}

async fn reads_its_own(number: usize) {
    let id = execution_async_id();
    let value: Arc<usize> = NUMBER.get().unwrap();
    for turn in 0..20 {
        assert_eq!((*value, execution_async_id()), (number, id));
        assert!(NUMBER.with(|now| now.is_some_and(|now| std::ptr::eq(now, &*value))));
        if turn % 5 == number % 5 {
            let child = spawn(async { NUMBER.with(|now| now.copied()) });
            assert_eq!(child.await.unwrap(), Some(number));
        }
        yield_now().await;
    }
}
