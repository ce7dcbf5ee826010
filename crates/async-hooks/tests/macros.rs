//! The attribute macros take tokio's arguments, and track tasks where the build can.

#![allow(clippy::unwrap_used, reason = "a test that meets the impossible may stop there")]

use std::thread;
use std::time::Duration;

use async_hooks::tokio::{automatic, block_in_place};
use async_hooks::{AsyncId, AsyncLocal, execution_async_id, execution_async_resource};

static USER: AsyncLocal<&str> = AsyncLocal::new();

/// Whether the runtime tracks what tokio itself spawns.
async fn tracks_plain_spawns() -> bool {
    let seen = USER.run("alice", || tokio::spawn(async { (execution_async_id(), USER.get()) }));
    let (id, user) = seen.await.unwrap();
    assert_eq!(id != AsyncId::ROOT, user.is_some());
    user.is_some()
}

#[async_hooks::test]
async fn a_test_tracks_plain_spawns_where_the_build_can() {
    assert_eq!(tracks_plain_spawns().await, automatic());
}

#[async_hooks::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_test_with_threads_tracks_plain_spawns_where_the_build_can() {
    assert_eq!(tracks_plain_spawns().await, automatic());
    assert_eq!(tokio::runtime::Handle::current().metrics().num_workers(), 2);
    assert_eq!(block_in_place(|| 7), 7);
}

#[async_hooks::test(flavor = "local")]
async fn a_local_test_spawns_what_is_not_send() {
    let not_send = std::rc::Rc::new(7);
    assert_eq!(tokio::task::spawn_local(async move { *not_send }).await.unwrap(), 7);
    assert_eq!(tracks_plain_spawns().await, automatic());
}

#[async_hooks::test(start_paused = true)]
async fn a_paused_test_does_not_wait() {
    let started = std::time::Instant::now();
    tokio::time::sleep(Duration::from_secs(3600)).await;
    assert!(started.elapsed() < Duration::from_secs(3600));
}

#[async_hooks::test]
async fn a_test_may_return_a_result() -> Result<(), Box<dyn std::error::Error>> {
    let seven: u32 = "7".parse()?;
    assert_eq!(seven, 7);
    Ok(())
}

mod renamed {
    pub(crate) use async_hooks as hooks;
}

#[async_hooks::test(crate = "crate::renamed::hooks", name = "renamed")]
async fn the_crate_may_have_another_name() {
    assert_eq!(execution_async_resource().kind(), "root");
}

#[async_hooks::main]
async fn on_all_cores(number: u32) -> (u32, bool) {
    let on_a_worker = tokio::spawn(async { thread::current().name().map(str::to_owned) }).await.unwrap();
    assert!(on_a_worker.is_some_and(|name| name.contains("tokio")));
    (number, tracks_plain_spawns().await)
}

#[async_hooks::main(flavor = "current_thread")]
async fn on_this_thread() -> Result<thread::ThreadId, tokio::task::JoinError> {
    let id = tokio::spawn(async { thread::current().id() }).await?;
    Ok(id)
}

/// What tokio's own attribute takes, too: an output that cannot be written elsewhere.
#[async_hooks::main(flavor = "current_thread")]
async fn with_an_opaque_output() -> impl Iterator<Item = u32> {
    [1, 2].into_iter()
}

#[test]
fn main_runs_any_function_on_its_runtime() {
    assert_eq!(on_all_cores(7), (7, automatic()));
    assert_eq!(on_this_thread().unwrap(), thread::current().id());
    assert!(with_an_opaque_output().eq([1, 2]));
}
