//! Tasks and jobs with a kind of their own are otherwise what the spawn functions spawn.

use std::rc::Rc;

use async_hooks_core::{AsyncLocal, Resource, execution_async_id, execution_async_resource};
use async_hooks_tokio::{TaskBuilder, block_in_place, spawn, task};
use tokio::runtime::Handle;
use tokio::task::LocalSet;

use crate::runtimes::{current_thread, multi_thread, on_each_runtime};

static USER: AsyncLocal<&str> = AsyncLocal::new();

const WORKER: TaskBuilder = task("worker");

fn own() -> (Resource, Option<&'static str>) {
    (execution_async_resource(), USER.get().as_deref().copied())
}

#[test]
fn every_way_to_spawn_gives_the_kind_the_line_and_the_context() {
    on_each_runtime(async || {
        let spawner = execution_async_id();
        let check = |(resource, user): (Resource, _), line| {
            assert_eq!((resource.kind(), resource.location().line(), user), ("worker", line, Some("alice")));
            assert_eq!(resource.trigger_async_id(), Some(spawner));
        };
        let (task, line) = (USER.run("alice", || WORKER.spawn(async { own() })), line!());
        check(task.await.unwrap(), line);
        let (job, line) = (USER.run("alice", || WORKER.spawn_blocking(own)), line!());
        check(job.await.unwrap(), line);
        let handle = Handle::current();
        let (task, line) = (USER.run("alice", || WORKER.spawn_on(async { own() }, &handle)), line!());
        check(task.await.unwrap(), line);
        let not_send = Rc::new(());
        let local = LocalSet::new();
        let task = local.run_until(async {
            let task = async move {
                let _stays_here = not_send;
                own()
            };
            (USER.run("alice", || WORKER.spawn_local(task)).await.unwrap(), line!())
        });
        let (seen, line) = task.await;
        check(seen, line);
    });
}

#[test]
fn a_task_is_spawned_on_a_runtime_from_outside() {
    let runtime = current_thread();
    let task = WORKER.spawn_on(async { own() }, runtime.handle());
    assert_eq!(runtime.block_on(task).unwrap().0.kind(), "worker");
}

#[test]
fn a_task_that_blocks_in_place_keeps_its_ids_and_values_around_it() {
    multi_thread().block_on(async {
        let task = spawn(async {
            USER.enter_with("alice");
            let before = own();
            let line = line!() + 1;
            let inside = block_in_place(own);
            assert_eq!(
                (inside.0.kind(), inside.0.location().line(), inside.1),
                ("tokio::blocking", line, Some("alice"))
            );
            assert_eq!(inside.0.trigger_async_id(), Some(before.0.async_id()));
            tokio::task::yield_now().await;
            assert_eq!(own(), before);
        });
        task.await.unwrap();
    });
}

#[test]
fn a_runtime_with_one_thread_refuses_to_block_in_place_as_tokio_does() {
    let refused = current_thread().block_on(async { spawn(async { block_in_place(|| 7) }).await });
    assert!(refused.unwrap_err().is_panic());
}
