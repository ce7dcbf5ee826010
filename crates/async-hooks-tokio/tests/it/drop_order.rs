//! What a cancelled task owned is dropped in its scope.

use std::future::pending;
use std::sync::mpsc::{Receiver, Sender, channel};

use async_hooks_core::{AsyncId, AsyncLocal, AsyncResource, execution_async_id, trigger_async_id};
use async_hooks_tokio::{HandleExt as _, JoinSet, LocalSetExt as _, spawn};
use tokio::sync::oneshot;
use tokio::task::LocalSet;

use crate::runtimes::{current_thread, multi_thread, on_each_runtime};

static USER: AsyncLocal<&str> = AsyncLocal::new();

/// Tells where it was dropped.
struct Owned(Sender<Scope>);

#[derive(Debug, PartialEq, Clone, Copy)]
struct Scope {
    id: AsyncId,
    trigger: Option<AsyncId>,
    user: Option<&'static str>,
}

impl Scope {
    fn here() -> Self {
        let user = USER.with(|user| user.copied());
        Scope { id: execution_async_id(), trigger: trigger_async_id(), user }
    }
}

impl Drop for Owned {
    fn drop(&mut self) {
        let _ = self.0.send(Scope::here());
    }
}

/// A future that owns a value from the start, reports its scope when polled, and never ends.
fn owning(polled: oneshot::Sender<Scope>) -> (impl Future<Output = ()> + Send + 'static, Receiver<Scope>) {
    let (sender, dropped) = channel();
    let owned = Owned(sender);
    let future = async move {
        let _owned = owned;
        let _ = polled.send(Scope::here());
        pending().await
    };
    (future, dropped)
}

/// Spawns with a trigger and a value, and checks what a scope looks like from inside.
fn spawned_by_alice<R>(spawn: impl FnOnce() -> R) -> (R, AsyncId) {
    let request = AsyncResource::new("request");
    let spawned = request.run_in_async_scope(|| USER.run("alice", spawn));
    (spawned, request.async_id())
}

#[test]
fn a_waiting_task_is_aborted_in_its_scope() {
    on_each_runtime(async || {
        let (polled, has_polled) = oneshot::channel();
        let (future, dropped) = owning(polled);
        let (task, request) = spawned_by_alice(|| spawn(future));
        let inside = has_polled.await.unwrap();
        assert_eq!((inside.trigger, inside.user), (Some(request), Some("alice")));

        task.abort();
        assert!(task.await.unwrap_err().is_cancelled());
        assert_eq!(dropped.recv(), Ok(inside));
        assert_eq!(dropped.try_iter().count(), 0);
    });
}

#[test]
fn a_task_that_was_never_polled_is_aborted_in_its_scope() {
    let runtime = current_thread();
    let (future, dropped) = owning(oneshot::channel().0);
    let (task, request) = spawned_by_alice(|| runtime.spawn_tracked(future));
    task.abort();
    assert!(runtime.block_on(task).unwrap_err().is_cancelled());
    let scope = dropped.recv().unwrap();
    assert_eq!((scope.trigger, scope.user), (Some(request), Some("alice")));
}

#[test]
fn tasks_of_a_dropped_runtime_are_dropped_in_their_scope() {
    for runtime in [current_thread(), multi_thread()] {
        let (polled, has_polled) = oneshot::channel();
        let (future, dropped) = owning(polled);
        spawned_by_alice(|| runtime.spawn_tracked(future));
        let inside = runtime.block_on(has_polled).unwrap();
        drop(runtime);
        assert_eq!(dropped.recv(), Ok(inside));
    }
}

#[test]
fn tasks_of_a_dropped_set_are_dropped_in_their_scope() {
    on_each_runtime(async || {
        let (polled, has_polled) = oneshot::channel();
        let (future, dropped) = owning(polled);
        let mut set = JoinSet::new();
        spawned_by_alice(|| set.spawn(future));
        let inside = has_polled.await.unwrap();
        drop(set);
        // Aborting is a message to the runtime; a channel says when it has arrived.
        let scope = tokio::task::spawn_blocking(move || dropped.recv()).await.unwrap();
        assert_eq!(scope, Ok(inside));
    });
}

#[test]
fn tasks_of_a_dropped_local_set_are_dropped_in_their_scope() {
    on_each_runtime(async || {
        let (polled, has_polled) = oneshot::channel();
        let (future, dropped) = owning(polled);
        let local = LocalSet::new();
        spawned_by_alice(|| local.spawn_local_tracked(future));
        let inside = local.run_until(has_polled).await.unwrap();
        let outside = AsyncResource::new("outside");
        outside.run_in_async_scope(|| drop(local));
        assert_eq!(dropped.recv(), Ok(inside));
    });
}

#[test]
fn a_task_spawned_on_a_runtime_that_is_gone_is_dropped_in_its_scope() {
    let runtime = current_thread();
    let handle = runtime.handle().clone();
    drop(runtime);
    let (future, dropped) = owning(oneshot::channel().0);
    let (_task, request) = spawned_by_alice(|| handle.spawn_tracked(future));
    let scope = dropped.recv().unwrap();
    assert_eq!((scope.trigger, scope.user), (Some(request), Some("alice")));
}

#[test]
fn a_blocking_job_that_never_ran_is_dropped_in_its_scope() {
    let runtime = current_thread();
    let handle = runtime.handle().clone();
    drop(runtime);
    let (sender, dropped) = channel();
    let owned = Owned(sender);
    let (_job, request) = spawned_by_alice(|| handle.spawn_blocking_tracked(move || drop(owned)));
    let scope = dropped.recv().unwrap();
    assert_eq!((scope.trigger, scope.user), (Some(request), Some("alice")));
    assert_eq!(dropped.try_iter().count(), 0);
}

#[test]
fn a_task_that_panics_is_unwound_in_its_scope() {
    on_each_runtime(async || {
        let (sender, dropped) = channel();
        let owned = Owned(sender);
        let (told, scope) = channel();
        let task = spawn(USER.scope("alice", async move {
            let _owned = owned;
            told.send(Scope::here()).unwrap();
            std::panic::resume_unwind(Box::new(()));
        }));
        let joined: Result<(), _> = task.await;
        assert!(joined.unwrap_err().is_panic());
        assert_eq!(dropped.recv(), scope.recv());
    });
}
