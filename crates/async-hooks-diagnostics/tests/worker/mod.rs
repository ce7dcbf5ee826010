//! Calls on the thread that drives a runtime.
//!
//! Elsewhere they keep nobody waiting, and are not watched.

use async_hooks_core::AsyncResource;
use tokio::runtime::Builder;

#[allow(clippy::expect_used, reason = "clippy lets tests expect, but not what tests share")]
/// Calls `f` in the scope of the resource, as a task of a runtime would.
pub(crate) fn call<R>(resource: &AsyncResource, f: impl FnOnce() -> R) -> R {
    let runtime = Builder::new_current_thread().build().expect("a runtime can be had");
    runtime.block_on(async { resource.run_in_async_scope(f) })
}
