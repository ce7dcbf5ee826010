use async_hooks_core::{AsyncId, execution_async_id, execution_async_resource, trigger_async_id};
use tokio::task::yield_now;

use crate::runtimes::{current_thread, multi_thread, on_each};

#[test]
fn a_plain_spawn_has_an_id_a_trigger_and_a_place() {
    on_each(async || {
        let family = async { (execution_async_resource(), tokio::spawn(async { trigger_async_id() }).await) };
        let (line, task) = (line!(), tokio::spawn(family));
        let (resource, trigger_of_child) = task.await.unwrap();
        assert_eq!(resource.kind(), "tokio::task");
        assert_eq!((resource.location().file(), resource.location().line()), (file!(), line));
        assert_eq!(resource.trigger_async_id(), Some(AsyncId::ROOT));
        assert_eq!(trigger_of_child.unwrap(), Some(resource.async_id()));
    });
}

#[test]
fn the_id_is_the_same_in_every_poll_and_nobody_elses() {
    on_each(async || {
        let ids = async || {
            let mut ids = vec![execution_async_id()];
            for _ in 0..3 {
                yield_now().await;
                ids.push(execution_async_id());
            }
            ids.dedup();
            ids
        };
        let tasks = [(); 10].map(|()| tokio::spawn(ids()));
        let mut seen = Vec::new();
        for task in tasks {
            let ids = task.await.unwrap();
            assert_eq!(ids.len(), 1);
            seen.extend(ids);
        }
        seen.sort();
        seen.dedup();
        assert_eq!(seen.len(), 10);
    });
}

#[test]
fn a_wrapper_stays_the_one_resource_of_its_task() {
    on_each(async || {
        let (inner, outer) =
            async_hooks_tokio::spawn(async { (execution_async_id(), trigger_async_id()) }).await.unwrap();
        assert_ne!(inner, AsyncId::ROOT);
        assert_eq!(outer, Some(AsyncId::ROOT));
        // And leaves nothing behind for the next.
        assert_eq!(tokio::spawn(async { trigger_async_id() }).await.unwrap(), Some(AsyncId::ROOT));
    });
}

#[test]
fn a_wrapped_spawn_elsewhere_leaves_no_claim() {
    let plain = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let automatic = current_thread();
    let id = || automatic.block_on(automatic.spawn(async { execution_async_id() })).unwrap();
    plain.block_on(async { async_hooks_tokio::spawn(async {}).await.unwrap() });
    assert_ne!(id(), AsyncId::ROOT);
    let panicked = std::panic::catch_unwind(|| drop(async_hooks_tokio::spawn(async {})));
    assert!(panicked.is_err(), "there is no runtime here");
    assert_ne!(id(), AsyncId::ROOT);
}

#[test]
fn a_runtime_within_a_task_gives_the_task_back() {
    multi_thread().block_on(async {
        let task = tokio::spawn(async {
            let outer = execution_async_id();
            let (inner, trigger) = tokio::task::block_in_place(|| {
                current_thread().block_on(async {
                    tokio::spawn(async { (execution_async_id(), trigger_async_id()) }).await.unwrap()
                })
            });
            assert_ne!(inner, outer);
            assert_eq!(trigger, Some(outer));
            assert_eq!(execution_async_id(), outer);
            yield_now().await;
            assert_eq!(execution_async_id(), outer);
        });
        task.await.unwrap();
        assert_eq!(execution_async_id(), AsyncId::ROOT);
    });
}
