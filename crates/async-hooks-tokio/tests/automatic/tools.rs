//! tokio's own tools, by nobody wrapped: what is tracked, and what cannot be.

use std::future::pending;
use std::sync::Arc;
use std::sync::mpsc::{Sender, channel};
use std::time::Duration;

use async_hooks_core::{AsyncId, AsyncLocal, AsyncResource, execution_async_id, trigger_async_id};
use async_hooks_tokio::BuilderExt as _;
use tokio::runtime::Builder;
use tokio::sync::oneshot;
use tokio::task::{JoinSet, LocalSet, block_in_place, yield_now};
use tokio::time::timeout;

use crate::runtimes::{current_thread, local, multi_thread, on_each};

static USER: AsyncLocal<&str> = AsyncLocal::new();

type Scope = (AsyncId, Option<AsyncId>, Option<&'static str>);

fn here() -> Scope {
    (execution_async_id(), trigger_async_id(), USER.get().map(|user| *user))
}

/// What a future tells that notes its scope and is dropped unfinished.
struct Tells(Sender<Scope>);

impl Drop for Tells {
    fn drop(&mut self) {
        self.0.send(here()).unwrap();
    }
}

#[test]
fn tasks_of_a_join_set_are_tracked_however_they_are_spawned() {
    on_each(async || {
        let spawner = AsyncResource::new("spawner");
        let mut set = JoinSet::new();
        spawner.run_in_async_scope(|| {
            USER.run("alice", || {
                set.spawn(async { here() });
                set.spawn_on(async { here() }, &tokio::runtime::Handle::current());
                set.extend([async { here() }]);
            })
        });
        let mut ids: Vec<_> = set
            .join_all()
            .await
            .into_iter()
            .inspect(|scope| {
                assert_eq!((scope.1, scope.2), (Some(spawner.async_id()), Some("alice")));
            })
            .map(|scope| scope.0)
            .collect();
        ids.sort();
        ids.dedup();
        assert_eq!((ids.len(), ids.contains(&AsyncId::ROOT)), (3, false));
    });
}

#[test]
fn branches_of_a_select_are_part_of_their_task() {
    on_each(async || {
        let (told, dropped) = channel();
        let task = tokio::spawn(USER.scope("alice", async move {
            let task = here();
            let tells = Tells(told);
            let loser = async {
                let _tells = tells;
                USER.enter_with("the loser's, for it is the same task");
                pending::<()>().await;
            };
            let winner = async {
                for _ in 0..3 {
                    yield_now().await;
                }
                here()
            };
            tokio::select! {
                biased;
                () = loser => unreachable!("it waits for ever"),
                seen = winner => (task, seen),
            }
        }));
        let (task, seen) = task.await.unwrap();
        assert_eq!((seen.0, seen.2), (task.0, Some("the loser's, for it is the same task")));
        let dropped = dropped.recv().unwrap();
        assert_eq!((dropped.0, dropped.1), (task.0, task.1));
    });
}

#[test]
fn what_a_timeout_cuts_off_is_dropped_in_its_task() {
    on_each(async || {
        let (told, dropped) = channel();
        let task = tokio::spawn(USER.scope("alice", async move {
            let tells = Tells(told);
            let endless = async {
                let _tells = tells;
                pending::<()>().await;
            };
            assert!(timeout(Duration::ZERO, endless).await.is_err());
            let in_time = timeout(Duration::from_secs(60), async {
                yield_now().await;
                here()
            });
            (here(), in_time.await.unwrap())
        }));
        let (task, in_time) = task.await.unwrap();
        assert_eq!((task, task.2), (in_time, Some("alice")));
        assert_eq!(dropped.recv(), Ok(task));
    });
}

#[test]
fn a_blocking_job_is_tracked_by_its_wrapper_only() {
    on_each(async || {
        let task = tokio::spawn(USER.scope("alice", async {
            let plain = tokio::task::spawn_blocking(here).await.unwrap();
            let wrapped = async_hooks_tokio::spawn_blocking(here).await.unwrap();
            (here(), plain, wrapped)
        }));
        let (task, plain, wrapped) = task.await.unwrap();
        assert_eq!(plain, (AsyncId::ROOT, None, None));
        assert_eq!((wrapped.1, wrapped.2), (Some(task.0), Some("alice")));
    });
}

/// It executes in the resource that drives the set, with that resource's values at each poll.
#[test]
fn a_task_of_a_local_set_is_tracked_by_its_wrapper_only() {
    on_each(async || {
        let set = LocalSet::new();
        let (plain, wrapped) = USER.run("spawner's", || {
            (
                set.spawn_local(async { here() }),
                async_hooks_tokio::LocalSetExt::spawn_local_tracked(&set, async { here() }),
            )
        });
        let driver = USER.scope("driver's", set.run_until(async { (here(), plain.await, wrapped.await) }));
        let (driver, plain, wrapped) = driver.await;
        assert_eq!(plain.unwrap(), driver);
        let wrapped = wrapped.unwrap();
        assert_ne!(wrapped.0, AsyncId::ROOT);
        assert_eq!((wrapped.1, wrapped.2), (Some(AsyncId::ROOT), Some("spawner's")));
    });
}

#[test]
fn a_task_spawned_by_a_plain_local_one_is_triggered_by_who_drives_it() {
    on_each(async || {
        let set = LocalSet::new();
        let outer = set.spawn_local(async {
            let child = tokio::spawn(async { here() });
            child.await.unwrap()
        });
        let driver = tokio::task::LocalSet::run_until(&set, USER.scope("driver's", async { (here(), outer.await) }));
        let (driver, child) = driver.await;
        assert_eq!(child.unwrap().1, Some(driver.0));
    });
}

#[test]
fn the_future_of_a_block_on_executes_as_its_thread() {
    for runtime in [current_thread(), multi_thread()] {
        let request = AsyncResource::new("request");
        request.run_in_async_scope(|| {
            USER.run("alice", || {
                let (root, child) = runtime.block_on(async { (here(), tokio::spawn(async { here() }).await.unwrap()) });
                assert_eq!(root, (request.async_id(), Some(AsyncId::ROOT), Some("alice")));
                assert_eq!((child.1, child.2), (Some(request.async_id()), Some("alice")));
                runtime.block_on(async { USER.enter_with("bob") });
                assert_eq!(here().2, Some("bob"));
            });
            assert_eq!(here().2, None);
        });
    }
}

#[test]
fn a_task_of_a_nested_runtime_is_triggered_by_the_task_around_it() {
    for inner in [current_thread, multi_thread] {
        let (told, at_end) = channel();
        let mut outer = Builder::new_multi_thread();
        let outer =
            outer.worker_threads(2).on_thread_stop(move || told.send(here()).unwrap()).async_hooks().build().unwrap();
        let task = outer.spawn(USER.scope("alice", async move {
            USER.enter_with("bob");
            let task = here();
            let child = block_in_place(|| {
                let runtime = inner();
                let tasks = [(); 10].map(|()| runtime.spawn(nested()));
                runtime.block_on(async {
                    // The root of a nested runtime is the task around it, and so is what it enters.
                    assert_eq!(here(), task);
                    let mut seen = Vec::new();
                    for task in tasks {
                        seen.push(task.await.unwrap());
                    }
                    seen
                })
            });
            assert!(child.iter().all(|child| (child.1, child.2) == (Some(task.0), Some("bob"))), "{child:?}");
            assert_eq!(here(), task);
            USER.enter_with("dave");
            yield_now().await;
            assert_eq!(here(), (task.0, task.1, Some("dave")));
        }));
        outer.block_on(task).unwrap();
        drop(outer);
        let at_end: Vec<_> = at_end.try_iter().collect();
        assert!(at_end.len() >= 2 && at_end.iter().all(|end| *end == (AsyncId::ROOT, None, None)), "{at_end:?}");
    }

    async fn nested() -> Scope {
        let scope = here();
        USER.enter_with("carol");
        yield_now().await;
        assert_eq!(here().2, Some("carol"));
        scope
    }
}

#[test]
fn runtimes_side_by_side_hand_values_from_one_to_the_other() {
    let (tracking, other) = (current_thread(), multi_thread());
    let plain = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let handle = other.handle().clone();
    let task = plain.spawn(USER.scope("alice", async move {
        let task = handle.spawn(async { here() });
        (here(), task.await.unwrap())
    }));
    let (untracked, tracked) = plain.block_on(task).unwrap();
    assert_eq!(untracked.0, AsyncId::ROOT);
    assert_eq!((tracked.1, tracked.2), (Some(AsyncId::ROOT), Some("alice")));
    let (sender, receiver) = oneshot::channel();
    let waiting = USER.run("bob", || tracking.spawn(async { (receiver.await.unwrap(), here()) }));
    other.block_on(async { sender.send(here()).unwrap() });
    let (sent, scope) = tracking.block_on(waiting).unwrap();
    assert_eq!((sent.2, scope.2), (None, Some("bob")));
}

#[test]
fn a_runtime_driven_while_a_value_is_read_finds_and_leaves_it() {
    let runtime = current_thread();
    USER.run("alice", || {
        USER.with(|user| {
            let task = runtime.spawn(async {
                let inherited = here().2;
                USER.enter_with("bob");
                yield_now().await;
                (inherited, here().2)
            });
            assert_eq!(runtime.block_on(task).unwrap(), (Some("alice"), Some("bob")));
            assert_eq!(user, Some(&"alice"));
        });
        assert_eq!(here().2, Some("alice"));
    });
    assert_eq!(here().2, None);
}

#[test]
fn a_plain_local_task_of_a_local_runtime_is_tracked_and_keeps_its_guards() {
    local().block_on(async {
        let not_send = std::rc::Rc::new(());
        let task = USER.run("alice", || {
            tokio::task::spawn_local(async move {
                let _stays_here = not_send;
                let spawned = here();
                let guard = USER.enter("bob");
                yield_now().await;
                let within = here().2;
                let inner = USER.enter("carol");
                yield_now().await;
                let innermost = here().2;
                // Out of order: what was entered after a guard ends with it.
                drop(guard);
                yield_now().await;
                drop(inner);
                yield_now().await;
                (spawned, within, innermost, here().2)
            })
        });
        let (spawned, within, innermost, after) = task.await.unwrap();
        assert_ne!(spawned.0, AsyncId::ROOT);
        assert_eq!((spawned.1, spawned.2), (Some(AsyncId::ROOT), Some("alice")));
        assert_eq!((within, innermost, after), (Some("bob"), Some("carol"), Some("alice")));
        assert_eq!(here().2, None);
    });
}

#[test]
fn a_local_that_is_disabled_is_unset_in_every_task() {
    on_each(async || {
        let local = Arc::new(AsyncLocal::<u32>::with_default(|| 7));
        let (go, gone) = oneshot::channel::<()>();
        let reads = Arc::clone(&local);
        let waiting = local.run(1_u32, || {
            tokio::spawn(async move {
                let before = *reads.get().unwrap();
                let _ = gone.await;
                let between = *reads.get().unwrap();
                reads.enter_with(2_u32);
                yield_now().await;
                (before, between, *reads.get().unwrap())
            })
        });
        let disables = Arc::clone(&local);
        yield_now().await;
        let disabling = local.run(3_u32, || {
            tokio::spawn(async move {
                disables.disable();
                let at_once = *disables.get().unwrap();
                yield_now().await;
                (at_once, *disables.get().unwrap())
            })
        });
        assert_eq!(disabling.await.unwrap(), (7, 7));
        drop(go);
        let (_, between, after) = waiting.await.unwrap();
        assert_eq!((between, after), (7, 2));
    });
}
