//! Automatic mode in one line: `#[async_hooks::main]`.
//!
//! It is `#[tokio::main]`, on a runtime that tracks every task, also those that other crates spawn. It needs `--cfg tokio_unstable`; without
//! it, this program still runs, and shows what is missing:
//!
//! ```text
//! RUSTFLAGS="--cfg tokio_unstable" cargo run --example async_main
//! ```
//!
//! `#[async_hooks::test]` does the same for tests. With the feature `diagnostics` such a test fails if a task outlives it.

use async_hooks::prelude::*;

static USER: AsyncLocal<&str> = AsyncLocal::new().named("user");

/// Somebody else's code: it knows nothing of us.
mod library {
    pub(crate) async fn in_background<T: Send + 'static>(work: impl Future<Output = T> + Send + 'static) -> Option<T> {
        tokio::spawn(work).await.ok()
    }
}

#[async_hooks::main]
async fn main() {
    let look = async { (execution_async_resource(), USER.get()) };
    let work = USER.scope("alice", async { library::in_background(look).await });
    let Some((resource, user)) = work.await else { return };

    let user = user.as_deref().copied();
    println!("the library's task: {resource:?}");
    println!("its user: {}", user.unwrap_or("nobody"));

    let is_tracked = async_hooks::tokio::automatic();
    assert_eq!(resource.kind(), if is_tracked { "tokio::task" } else { "root" });
    assert_eq!(user, is_tracked.then_some("alice"));
}

#[cfg(test)]
#[async_hooks::test(start_paused = true)]
async fn a_test_tracks_its_tasks_too() {
    let id = library::in_background(async { execution_async_id() }).await;
    assert_eq!(id.is_some_and(|id| id != AsyncId::ROOT), async_hooks::tokio::automatic());
}
