//! Nothing stays on the threads that poll.

use std::sync::{Arc, Mutex};

use async_hooks_core::{AsyncId, AsyncLocal, execution_async_id};
use async_hooks_tokio::{JoinSet, spawn};
use tokio::runtime::Builder;
use tokio::sync::Notify;
use tokio::task::yield_now;

use crate::runtimes::on_each_plain_runtime;
use crate::runtimes::steering::WORKERS;

static USER: AsyncLocal<&str> = AsyncLocal::new();

type Seen = (AsyncId, Option<&'static str>);

const CLEAN: Seen = (AsyncId::ROOT, None);

fn look() -> Seen {
    (execution_async_id(), USER.with(|user| user.copied()))
}

/// A mix of everything that a poll may do: enter values, yield, end, panic, be aborted.
async fn busy_tasks() {
    let mut set = JoinSet::new();
    for number in 0..200 {
        USER.run("spawner", || {
            let abort = set.spawn(async move {
                USER.enter_with("task");
                yield_now().await;
                let nested = USER.scope("scope", async {
                    yield_now().await;
                    std::panic::resume_unwind(Box::new(()));
                });
                if number % 3 == 0 {
                    nested.await
                }
            });
            if number % 7 == 0 {
                abort.abort();
            }
        });
    }
    while set.join_next().await.is_some() {}
}

#[test]
fn a_thread_is_clean_whenever_it_goes_to_sleep() {
    for mut builder in [Builder::new_current_thread(), Builder::new_multi_thread()] {
        let seen = Arc::new(Mutex::new(Vec::new()));
        let asleep = Arc::new(Notify::new());
        let (journal, falls_asleep) = (Arc::clone(&seen), Arc::clone(&asleep));
        builder.worker_threads(WORKERS).on_thread_park(move || {
            journal.lock().unwrap().push(look());
            falls_asleep.notify_one();
        });
        builder.build().unwrap().block_on(async {
            for _ in 0..10 {
                busy_tasks().await;
                asleep.notified().await;
            }
        });
        let seen = seen.lock().unwrap();
        assert!(seen.len() >= 10 && seen.iter().all(|seen| *seen == CLEAN), "{seen:?}");
    }
}

#[test]
fn untracked_tasks_between_tracked_ones_see_a_clean_thread() {
    on_each_plain_runtime(async || {
        let untracked = || {
            tokio::spawn(async {
                let mut seen = Vec::new();
                for _ in 0..200 {
                    seen.push(look());
                    yield_now().await;
                }
                seen
            })
        };
        let untracked = [untracked(), untracked()];
        spawn(busy_tasks()).await.unwrap();
        assert_eq!(look(), CLEAN);
        for task in untracked {
            assert!(task.await.unwrap().iter().all(|seen| *seen == CLEAN));
        }
    });
}

#[test]
fn an_untracked_task_keeps_the_ids_of_root_and_carries_nothing() {
    on_each_plain_runtime(async || {
        let seen = spawn(USER.scope("alice", async { tokio::spawn(async { look() }).await.unwrap() }));
        assert_eq!(seen.await.unwrap(), CLEAN);
    });
}
