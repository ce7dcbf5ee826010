//! The line of a resource is the line of the spawn.

use async_hooks_core::{Location, execution_async_resource};
use async_hooks_tokio::{HandleExt as _, JoinSet, LocalSetExt as _, spawn, spawn_blocking, spawn_local};
use tokio::runtime::{Handle, LocalRuntime};
use tokio::task::LocalSet;

use crate::runtimes::{current_thread, on_each_runtime};

fn own_location() -> Location {
    execution_async_resource().location()
}

async fn own() -> Location {
    own_location()
}

#[track_caller]
fn assert_is(location: Location, line: u32) {
    assert_eq!((location.file(), location.line()), (file!(), line));
}

#[test]
fn functions_take_the_callers_line() {
    on_each_runtime(async || {
        let (task, line) = (spawn(own()), line!());
        assert_is(task.await.unwrap(), line);

        let (job, line) = (spawn_blocking(own_location), line!());
        assert_is(job.await.unwrap(), line);

        let local = LocalSet::new();
        let task = local.run_until(async { (spawn_local(own()).await, line!()) });
        let (location, line) = task.await;
        assert_is(location.unwrap(), line);
    });
}

#[test]
fn extension_methods_take_the_callers_line() {
    on_each_runtime(async || {
        let handle = Handle::current();
        let (task, line) = (handle.spawn_tracked(own()), line!());
        assert_is(task.await.unwrap(), line);

        let (job, line) = (handle.spawn_blocking_tracked(own_location), line!());
        assert_is(job.await.unwrap(), line);

        let local = LocalSet::new();
        let (task, line) = (local.spawn_local_tracked(own()), line!());
        assert_is(local.run_until(task).await.unwrap(), line);
    });

    let runtime = current_thread();
    let (task, line) = (runtime.spawn_tracked(own()), line!());
    assert_is(runtime.block_on(task).unwrap(), line);

    let (job, line) = (runtime.spawn_blocking_tracked(own_location), line!());
    assert_is(runtime.block_on(job).unwrap(), line);

    let runtime = LocalRuntime::new().unwrap();
    let (task, line) = (runtime.spawn_local_tracked(own()), line!());
    assert_is(runtime.block_on(task).unwrap(), line);
}

#[test]
fn methods_of_a_set_take_the_callers_line() {
    on_each_runtime(async || {
        let (handle, local) = (Handle::current(), LocalSet::new());
        let mut set = JoinSet::new();
        let spawned = local.run_until(async {
            let lines = [
                (set.spawn(own()).id(), line!()),
                (set.spawn_on(own(), &handle).id(), line!()),
                (set.spawn_local(own()).id(), line!()),
                (set.spawn_local_on(own(), &local).id(), line!()),
                (set.spawn_blocking(own_location).id(), line!()),
                (set.spawn_blocking_on(own_location, &handle).id(), line!()),
            ];
            while let Some(joined) = set.join_next_with_id().await {
                let (id, location) = joined.unwrap();
                let (_, line) = lines.iter().find(|(spawned, _)| *spawned == id).unwrap();
                assert_is(location, *line);
            }
            lines.len()
        });
        assert_eq!(spawned.await, 6);
    });
}

#[test]
fn tasks_from_an_iterator_take_the_line_that_spawns_them_all() {
    on_each_runtime(async || {
        let mut set = JoinSet::new();
        let ((), line) = (set.extend([own(), own()]), line!());
        for location in set.join_all().await {
            assert_is(location, line);
        }
        let (set, line) = (JoinSet::from_iter([own(), own()]), line!());
        for location in set.join_all().await {
            assert_is(location, line);
        }
    });
}
