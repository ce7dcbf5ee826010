//! Blocking inside a task.

use async_hooks_core::AsyncResource;

use crate::tracked;

/// Runs code that blocks inside a task: `tokio::task::block_in_place`, tracked.
///
/// The call is a resource of kind `"tokio::blocking"`, triggered by the task that executes it, as a job of
/// [`spawn_blocking`](crate::spawn_blocking) is. So a watchdog for polls that block their thread exempts it: neither the
/// call nor the task around it is reported for this time. `f` has the values of the task. What it sets with
/// [`enter_with`](async_hooks_core::AsyncLocal::enter_with) ends with the call; return it, and set it afterwards.
///
/// Node: the closest is a job of its thread pool.
///
/// # Panics
///
/// Panics in a runtime with a single thread, as `tokio::task::block_in_place` does; and if `f` panics.
///
/// # Examples
///
/// ```
/// use async_hooks_core::{AsyncLocal, execution_async_resource};
/// use async_hooks_tokio::block_in_place;
///
/// static USER: AsyncLocal<&str> = AsyncLocal::new();
///
/// # #[tokio::main]
/// # async fn main() {
/// let task = async { block_in_place(|| (execution_async_resource().kind(), USER.get())) };
/// let (kind, user) = async_hooks_tokio::spawn(USER.scope("alice", task)).await.unwrap();
/// assert_eq!(kind, "tokio::blocking");
/// assert_eq!(user.as_deref(), Some(&"alice"));
/// # }
/// ```
#[track_caller]
pub fn block_in_place<R>(f: impl FnOnce() -> R) -> R {
    let section = AsyncResource::new(tracked::BLOCKING);
    tokio::task::block_in_place(|| section.run_in_async_scope(f))
}
