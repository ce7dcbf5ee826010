//! Ids and triggers.

use std::collections::HashSet;
use std::thread;

use async_hooks_core::{AsyncId, AsyncResource, execution_async_id, execution_async_resource, trigger_async_id};
use async_hooks_tokio::{HandleExt as _, JoinSet, LocalSetExt as _, spawn, spawn_blocking, spawn_local};
use tokio::runtime::{Handle, LocalRuntime};
use tokio::task::{LocalSet, yield_now};

use crate::runtimes::{current_thread, multi_thread, on_each_runtime};

#[test]
fn a_task_has_one_id_over_all_its_polls() {
    on_each_runtime(async || {
        let ids = spawn(async {
            let mut ids = HashSet::new();
            for _ in 0..100 {
                ids.insert(execution_async_id());
                yield_now().await;
            }
            ids
        });
        let ids = ids.await.unwrap();
        assert_eq!(ids.len(), 1);
        assert!(!ids.contains(&AsyncId::ROOT));
    });
}

#[test]
fn trigger_of_a_spawned_task_is_its_spawner() {
    on_each_runtime(async || {
        let family = spawn(async {
            let child = spawn(async {
                let grandchild = spawn(async { (execution_async_id(), trigger_async_id()) });
                (execution_async_id(), trigger_async_id(), grandchild.await.unwrap())
            });
            (execution_async_id(), trigger_async_id(), child.await.unwrap())
        });
        let (parent, parents_trigger, (child, childs_trigger, (grandchild, grandchilds_trigger))) =
            family.await.unwrap();

        assert_eq!(HashSet::from([AsyncId::ROOT, parent, child, grandchild]).len(), 4);
        let triggers = [parents_trigger, childs_trigger, grandchilds_trigger];
        assert_eq!(triggers, [Some(AsyncId::ROOT), Some(parent), Some(child)]);
    });
}

#[test]
fn the_trigger_is_what_executes_at_the_spawn_and_not_at_the_first_poll() {
    on_each_runtime(async || {
        let request = AsyncResource::new("request");
        let task = request.run_in_async_scope(|| spawn(async { trigger_async_id() }));
        assert_eq!(task.await.unwrap(), Some(request.async_id()));
    });
}

#[test]
fn a_trigger_outlives_the_spawner() {
    on_each_runtime(async || {
        let (spawner, child) = spawn(async {
            let child = spawn(async {
                yield_now().await;
                trigger_async_id()
            });
            (execution_async_id(), child)
        })
        .await
        .unwrap();
        assert_eq!(child.await.unwrap(), Some(spawner));
    });
}

#[test]
fn a_blocking_job_is_a_resource_between_its_spawner_and_what_it_spawns() {
    on_each_runtime(async || {
        let spawner = spawn(async {
            let job = spawn_blocking(|| {
                let child = spawn(async { trigger_async_id() });
                (execution_async_id(), trigger_async_id(), thread::current().id(), child)
            });
            (execution_async_id(), job.await.unwrap())
        });
        let (spawner, (job, jobs_trigger, jobs_thread, child)) = spawner.await.unwrap();

        assert_eq!(jobs_trigger, Some(spawner));
        assert_ne!(job, spawner);
        assert_ne!(jobs_thread, thread::current().id());
        assert_eq!(child.await.unwrap(), Some(job));
    });
}

#[test]
fn trigger_of_a_local_task_is_its_spawner() {
    on_each_runtime(async || {
        let local = LocalSet::new();
        let parent = local.spawn_local_tracked(async {
            let child = spawn_local(async { trigger_async_id() });
            (execution_async_id(), trigger_async_id(), child.await.unwrap())
        });
        let (parent, parents_trigger, childs_trigger) = local.run_until(parent).await.unwrap();
        assert_eq!((parents_trigger, childs_trigger), (Some(AsyncId::ROOT), Some(parent)));
    });
}

#[test]
fn tasks_of_a_local_runtime_are_resources() {
    let runtime = LocalRuntime::new().unwrap();
    let parent = runtime.spawn_local_tracked(async {
        let child = spawn_local(async { trigger_async_id() });
        (execution_async_id(), trigger_async_id(), child.await.unwrap())
    });
    let (parent, parents_trigger, childs_trigger) = runtime.block_on(parent).unwrap();
    assert_eq!((parents_trigger, childs_trigger), (Some(AsyncId::ROOT), Some(parent)));
}

#[test]
fn a_task_spawned_through_a_handle_is_triggered_by_the_calling_thread() {
    for runtime in [current_thread(), multi_thread()] {
        let handle = runtime.handle().clone();
        let (request, task, job) = thread::spawn(move || {
            let request = AsyncResource::new("request");
            let task = request.run_in_async_scope(|| handle.spawn_tracked(async { trigger_async_id() }));
            let job = request.run_in_async_scope(|| handle.spawn_blocking_tracked(trigger_async_id));
            (request.async_id(), task, job)
        })
        .join()
        .unwrap();
        assert_eq!(runtime.block_on(task).unwrap(), Some(request));
        assert_eq!(runtime.block_on(job).unwrap(), Some(request));
    }
}

#[test]
fn the_trigger_of_a_task_in_a_set_is_the_spawner_and_not_who_owns_or_joins_the_set() {
    on_each_runtime(async || {
        let mut set = JoinSet::new();
        let request = AsyncResource::new("request");
        request.run_in_async_scope(|| {
            set.spawn(async { trigger_async_id() });
            set.spawn_blocking(trigger_async_id);
        });
        let triggers = spawn(set.join_all()).await.unwrap();
        assert_eq!(triggers, [Some(request.async_id()); 2]);
    });
}

#[test]
fn kinds_tell_tasks_from_blocking_jobs() {
    fn kind() -> &'static str {
        execution_async_resource().kind()
    }
    on_each_runtime(async || {
        let local = LocalSet::new();
        let handle = Handle::current();
        let tasks = local.run_until(async {
            [
                spawn(async { kind() }).await.unwrap(),
                spawn_local(async { kind() }).await.unwrap(),
                handle.spawn_tracked(async { kind() }).await.unwrap(),
            ]
        });
        assert_eq!(tasks.await, ["tokio::task"; 3]);
        let jobs = [spawn_blocking(kind).await.unwrap(), handle.spawn_blocking_tracked(kind).await.unwrap()];
        assert_eq!(jobs, ["tokio::blocking"; 2]);
    });
}
