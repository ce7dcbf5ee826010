//! A hook's scope follows tasks on real runtimes.
//!
//! They are spawned by our functions and, where the build can track them, by tokio's.

#![allow(clippy::unwrap_used, reason = "a test that meets the impossible may stop there")]

use std::sync::{Arc, Mutex, PoisonError};

use async_hooks::tokio::{automatic, spawn, spawn_blocking};
use async_hooks::{AsyncHook, AsyncId, Hook, Resource, execution_async_id};

/// The ids of what a hook received, by event.
#[derive(Clone, Default)]
struct Seen(Arc<Mutex<Vec<(&'static str, AsyncId)>>>);

impl Seen {
    fn note(&self, event: &'static str, resource: &Resource) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push((event, resource.async_id()));
    }

    fn ids(&self, event: &str) -> Vec<AsyncId> {
        let seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut ids: Vec<_> = seen.iter().filter(|(name, _)| *name == event).map(|(_, id)| *id).collect();
        ids.sort();
        ids.dedup();
        ids
    }
}

impl Hook for Seen {
    fn init(&self, resource: &Resource) {
        self.note("init", resource);
    }

    fn before(&self, resource: &Resource) {
        self.note("before", resource);
    }
}

/// Spawns in several ways, and returns the ids of what it spawned.
///
/// A task of tokio's own spawn is one of them if it is tracked.
async fn spawns() -> Vec<AsyncId> {
    let nested = spawn(async { (execution_async_id(), spawn_blocking(execution_async_id).await.unwrap()) });
    let (task, job) = nested.await.unwrap();
    let mut ids = vec![task, job];
    let plain = tokio::spawn(async { execution_async_id() }).await.unwrap();
    ids.extend(Some(plain).filter(|_| automatic()));
    ids.sort();
    ids
}

async fn each_receives_its_own() {
    let scopes = (0..50).map(|_| async {
        let seen = Seen::default();
        let ids = AsyncHook::new(seen.clone()).scope(spawns()).await;
        assert_eq!(seen.ids("init"), ids);
        assert_eq!(seen.ids("before"), ids);
    });
    futures::future::join_all(scopes).await;
    // What nobody watches, at the same time.
    spawns().await;
}

#[async_hooks::test]
async fn fifty_scopes_on_one_thread_receive_exactly_their_own() {
    each_receives_its_own().await;
}

#[async_hooks::test(flavor = "multi_thread", worker_threads = 4)]
async fn fifty_scopes_on_four_threads_receive_exactly_their_own() {
    let tasks: Vec<_> = (0..4).map(|_| spawn(each_receives_its_own())).collect();
    for task in tasks {
        task.await.unwrap();
    }
}
