//! tokio's `select!` and `timeout` around wrapped tasks, and runtimes in runtimes.

use std::future::pending;
use std::sync::mpsc::{Sender, channel};
use std::thread;
use std::time::Duration;

use async_hooks_core::{AsyncId, AsyncLocal, execution_async_id, trigger_async_id};
use async_hooks_tokio::{HandleExt as _, spawn, spawn_blocking};
use tokio::task::{block_in_place, yield_now};
use tokio::time::timeout;

use crate::runtimes::steering::yield_times;
use crate::runtimes::{current_thread, multi_thread, on_each_runtime};

static USER: AsyncLocal<&str> = AsyncLocal::new();

type Scope = (AsyncId, Option<AsyncId>, Option<&'static str>);

fn here() -> Scope {
    (execution_async_id(), trigger_async_id(), USER.get().map(|user| *user))
}

/// Tells where it is dropped.
struct Tells(Sender<Scope>);

impl Drop for Tells {
    fn drop(&mut self) {
        self.0.send(here()).unwrap();
    }
}

async fn endless(tells: Tells) {
    let _tells = tells;
    pending::<()>().await;
}

#[test]
fn branches_of_a_select_are_part_of_their_task() {
    on_each_runtime(async || {
        let (told, dropped) = channel();
        let task = USER.run("alice", || {
            spawn(async move {
                let winner = async {
                    yield_times(2).await;
                    here()
                };
                tokio::select! {
                    biased;
                    () = endless(Tells(told)) => unreachable!("it waits for ever"),
                    seen = winner => (here(), seen),
                }
            })
        });
        let (task, winner) = task.await.unwrap();
        assert_eq!((winner, task.2), (task, Some("alice")));
        assert_eq!(dropped.recv(), Ok(task));
    });
}

#[test]
fn a_tracked_task_is_joined_or_left_by_a_select() {
    on_each_runtime(async || {
        let (told, dropped) = channel();
        let task = spawn(async move {
            let mut left = spawn(endless(Tells(told)));
            yield_now().await;
            let joined = tokio::select! {
                biased;
                _ = &mut left => unreachable!("it waits for ever"),
                joined = spawn(async { here() }) => joined.unwrap(),
            };
            left.abort();
            assert!(left.await.unwrap_err().is_cancelled());
            (here(), joined)
        });
        let (task, joined) = task.await.unwrap();
        assert_eq!(joined.1, Some(task.0));
        assert_eq!(dropped.recv().unwrap().1, Some(task.0));
    });
}

#[test]
fn what_a_timeout_cuts_off_is_dropped_in_its_task() {
    on_each_runtime(async || {
        let (told, dropped) = channel();
        let task = USER.run("alice", || {
            spawn(async move {
                assert!(timeout(Duration::ZERO, endless(Tells(told))).await.is_err());
                here()
            })
        });
        let task = task.await.unwrap();
        assert_eq!((task.2, dropped.recv()), (Some("alice"), Ok(task)));
    });
}

#[test]
fn a_task_of_a_nested_runtime_is_triggered_by_the_task_around_it() {
    for inner in [current_thread, multi_thread] {
        let outer = multi_thread();
        let task = outer.spawn_tracked(USER.scope("alice", async move {
            let task = here();
            let child = block_in_place(|| {
                inner().block_on(async {
                    assert_eq!(here(), task);
                    spawn(async { here() }).await.unwrap()
                })
            });
            assert_eq!((child.1, child.2), (Some(task.0), Some("alice")));
            assert_eq!(here(), task);
        }));
        outer.block_on(task).unwrap();
    }
}

#[test]
fn a_blocking_job_that_drives_a_runtime_triggers_its_tasks() {
    on_each_runtime(async || {
        let job = USER.run("alice", || {
            spawn_blocking(|| (here(), current_thread().block_on(async { spawn(async { here() }).await.unwrap() })))
        });
        let (job, child) = job.await.unwrap();
        assert_eq!((child.1, child.2), (Some(job.0), Some("alice")));
    });
}

#[test]
fn a_runtime_on_a_thread_of_its_own_starts_from_nothing() {
    on_each_runtime(async || {
        let task = USER.run("alice", || {
            spawn(async {
                thread::spawn(|| current_thread().block_on(async { (here(), spawn(async { here() }).await.unwrap()) }))
                    .join()
                    .unwrap()
            })
        });
        let (root, child) = task.await.unwrap();
        assert_eq!(root, (AsyncId::ROOT, None, None));
        assert_eq!((child.1, child.2), (Some(AsyncId::ROOT), None));
    });
}
