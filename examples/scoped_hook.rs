//! A hook for one request: `AsyncHook::scope`.
//!
//! It is enabled for what the request causes, over spawns and threads, and for nothing else. It does not see the other requests, which
//! run at the same time.
//!
//! ```text
//! the watched request created: ["query", "tokio::task", "tokio::blocking"]
//! ```
//!
//! Node has no counterpart: its hooks are global.

use std::sync::{Arc, Mutex, PoisonError};

use async_hooks::Resource;
use async_hooks::prelude::*;
use async_hooks::tokio::{spawn, spawn_blocking};

/// The kinds of what a hook saw, in order.
#[derive(Clone, Default)]
struct Seen(Arc<Mutex<Vec<&'static str>>>);

impl Seen {
    fn kinds(&self) -> Vec<&'static str> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Hook for Seen {
    fn init(&self, resource: &Resource) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(resource.kind());
    }
}

async fn request() -> Result<(), tokio::task::JoinError> {
    let query = async { tokio::task::yield_now().await }.in_async_resource("query");
    query.await;
    let report = spawn(async { spawn_blocking(|| ()).await });
    report.await?
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), tokio::task::JoinError> {
    let seen = Seen::default();
    let hook = AsyncHook::new(seen.clone());

    // Two requests at once; only one of them is looked into.
    let (watched, other) = tokio::join!(hook.scope(request()), request());
    watched.and(other)?;

    println!("the watched request created: {:?}", seen.kinds());
    assert_eq!(seen.kinds(), ["query", "tokio::task", "tokio::blocking"]);
    assert!(!hook.is_enabled());
    Ok(())
}
