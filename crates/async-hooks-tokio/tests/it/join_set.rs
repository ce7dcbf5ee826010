//! `JoinSet` does what tokio's does.

use std::collections::HashMap;
use std::future::{pending, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};

use async_hooks_core::{AsyncId, execution_async_id};
use async_hooks_tokio::JoinSet;
use tokio::sync::oneshot;
use tokio::task::yield_now;

use crate::runtimes::{current_thread, multi_thread, on_each_plain_runtime, on_each_runtime};

#[test]
fn tasks_are_joined_in_the_order_in_which_they_end() {
    on_each_runtime(async || {
        let mut set = JoinSet::new();
        let (mut senders, mut joined) = (Vec::new(), Vec::new());
        for number in 0..10 {
            let (sender, receiver) = oneshot::channel::<()>();
            senders.push(sender);
            set.spawn(async move {
                let _ = receiver.await;
                number
            });
        }
        while let Some(sender) = senders.pop() {
            drop(sender);
            joined.push(set.join_next().await.unwrap().unwrap());
        }
        assert!(joined.into_iter().eq((0..10).rev()));
        assert!(set.join_next().await.is_none());
    });
}

#[test]
fn ids_of_tokio_tell_the_tasks_apart() {
    on_each_runtime(async || {
        let mut set = JoinSet::new();
        let spawned: HashMap<_, _> = (0..10).map(|number| (set.spawn(async move { number }).id(), number)).collect();
        let mut joined = HashMap::new();
        joined.extend(set.join_next_with_id().await.unwrap());
        joined.extend(poll_fn(|cx| set.poll_join_next_with_id(cx)).await.unwrap());
        while !set.is_empty() {
            yield_now().await;
            joined.extend(set.try_join_next_with_id().transpose().unwrap());
        }
        assert_eq!(joined, spawned);
    });
}

#[test]
fn aborted_tasks_are_joined_as_cancelled() {
    on_each_runtime(async || {
        let mut set = JoinSet::new();
        set.extend([pending::<()>(), pending()]);
        set.spawn(pending()).abort();
        set.abort_all();
        assert_eq!(set.len(), 3);
        while let Some(joined) = set.join_next().await {
            assert!(joined.unwrap_err().is_cancelled());
        }
    });
}

#[test]
fn detached_tasks_run_on() {
    on_each_runtime(async || {
        let (go, gone) = oneshot::channel::<()>();
        let (sender, receiver) = oneshot::channel();
        let mut set = JoinSet::new();
        set.spawn(async move {
            let _ = gone.await;
            sender.send(execution_async_id())
        });
        set.detach_all();
        assert!(set.is_empty());
        drop((set, go));
        assert_ne!(receiver.await.unwrap(), AsyncId::ROOT);
    });
}

#[test]
fn shutdown_leaves_an_empty_set() {
    on_each_runtime(async || {
        let mut set: JoinSet<()> = (0..10).map(|_| pending()).collect();
        set.shutdown().await;
        assert_eq!(set.len(), 0);
    });
}

#[test]
fn join_all_passes_on_a_panic() {
    for runtime in [current_thread(), multi_thread()] {
        let mut set: JoinSet<()> = JoinSet::new();
        set.spawn_on(async { std::panic::resume_unwind(Box::new("payload")) }, runtime.handle());
        set.spawn_on(pending(), runtime.handle());
        let joined = catch_unwind(AssertUnwindSafe(|| runtime.block_on(set.join_all())));
        assert_eq!(joined.unwrap_err().downcast_ref(), Some(&"payload"));
    }
}

#[test]
fn a_set_of_tokios_goes_on_tracked_and_comes_back() {
    on_each_plain_runtime(async || {
        let mut theirs = tokio::task::JoinSet::new();
        theirs.spawn(async { execution_async_id() });
        let mut ours = JoinSet::from(theirs);
        let untracked = ours.join_next().await.unwrap().unwrap();
        ours.spawn(async { execution_async_id() });
        let tracked = tokio::task::JoinSet::from(ours).join_all().await;
        assert_eq!(untracked, AsyncId::ROOT);
        assert_ne!(tracked, [AsyncId::ROOT]);
    });
}

#[test]
fn it_prints_like_tokios_and_is_as_thread_safe() {
    fn is_send_and_sync<T: Send + Sync>(_: &T) {}
    let (ours, theirs) = (JoinSet::<()>::default(), tokio::task::JoinSet::<()>::default());
    is_send_and_sync(&ours);
    assert_eq!(format!("{ours:?} {ours:#?}"), format!("{theirs:?} {theirs:#?}"));
}
