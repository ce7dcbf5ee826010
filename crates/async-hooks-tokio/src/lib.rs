//! Tokio tasks as async resources, with an id, a trigger, a context and events.
//!
//! Applications use it as `async_hooks::tokio`. What is spawned here runs as the resource it is: `execution_async_id()`
//! is its own, `trigger_async_id()` its spawner's, and every `AsyncLocal` has the value that it had at the spawn.
//!
//! | instead of | write | kind |
//! |---|---|---|
//! | `tokio::spawn` | [`spawn`] | `"tokio::task"` |
//! | `tokio::task::spawn_local` | [`spawn_local`] | `"tokio::task"` |
//! | `tokio::task::spawn_blocking` | [`spawn_blocking`] | `"tokio::blocking"` |
//! | `handle.spawn`, `runtime.spawn` | [`handle.spawn_tracked`](HandleExt::spawn_tracked) | `"tokio::task"` |
//! | `handle.spawn_blocking` | [`handle.spawn_blocking_tracked`](HandleExt::spawn_blocking_tracked) | `"tokio::blocking"` |
//! | `local_set.spawn_local` | [`local_set.spawn_local_tracked`](LocalSetExt::spawn_local_tracked) | `"tokio::task"` |
//! | `tokio::task::block_in_place` | [`block_in_place`] | `"tokio::blocking"` |
//! | any of these, with a kind of its own | [`task(kind)`](task)`.spawn(…)` | `kind` |
//! | `tokio::task::JoinSet` | [`JoinSet`] | as spawned |
//!
//! All give back tokio's own handles, and panic where tokio does and nowhere else. A resource is made by the spawn itself:
//! `init` is sent before it returns, and the line that hooks and tokio's own tools see is the caller's.
//!
//! ```text
//!   ends with a value     init  (before after)*  before resolve after  destroy
//!   panics                init  (before after)*  before after          destroy
//!   is aborted            init  (before after)*                        destroy
//!   a blocking job        init  before after                           destroy
//! ```
//!
//! # Examples
//!
//! ```
//! use async_hooks_core::{AsyncLocal, execution_async_id, trigger_async_id};
//!
//! static USER: AsyncLocal<&str> = AsyncLocal::new();
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() {
//! let parent = async {
//!     let id = execution_async_id();
//!     let child = async_hooks_tokio::spawn(async { (trigger_async_id(), USER.get()) });
//!     (id, child.await.unwrap())
//! };
//! let (id, (trigger, user)) = async_hooks_tokio::spawn(USER.scope("alice", parent)).await.unwrap();
//! assert_eq!(trigger, Some(id));
//! assert_eq!(user.as_deref(), Some(&"alice"));
//! # }
//! ```

#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(tokio_unstable)]
mod claim;
#[cfg(not(tokio_unstable))]
#[path = "stable/claim.rs"]
mod claim;

mod tracked;

mod spawn;

mod task_builder;

#[cfg(not(target_family = "wasm"))]
mod block_in_place;

mod handle_ext;

mod local_set_ext;

mod join_set;

#[cfg(tokio_unstable)]
mod task_number;

#[cfg(tokio_unstable)]
mod sync;

#[cfg(tokio_unstable)]
mod sharded_map;

#[cfg(tokio_unstable)]
mod unrecorded;

#[cfg(tokio_unstable)]
mod tasks;

#[cfg(tokio_unstable)]
mod poll_wrapper;

#[cfg(tokio_unstable)]
mod callbacks;

#[cfg(tokio_unstable)]
mod detach_when;

#[cfg(tokio_unstable)]
mod runtime_hooks;
#[cfg(not(tokio_unstable))]
#[path = "stable/runtime_hooks.rs"]
mod runtime_hooks;

#[cfg(tokio_unstable)]
mod user_callbacks;

#[cfg(all(tokio_unstable, feature = "tracing"))]
mod span_hold;

#[cfg(all(tokio_unstable, feature = "tracing"))]
mod current_span;

#[cfg(tokio_unstable)]
mod builder_ext;
#[cfg(not(tokio_unstable))]
#[path = "stable/builder_ext.rs"]
mod builder_ext;

#[cfg(tokio_unstable)]
mod unhandled_panic;
#[cfg(not(tokio_unstable))]
#[path = "stable/unhandled_panic.rs"]
mod unhandled_panic;

#[doc(hidden)]
pub mod entry;

#[cfg(not(target_family = "wasm"))]
pub use block_in_place::block_in_place;
#[cfg_attr(docsrs, doc(cfg(tokio_unstable)))]
pub use builder_ext::BuilderExt;
pub use builder_ext::automatic;
#[cfg(tokio_unstable)]
pub use detach_when::spawned_by_dependency;
pub use handle_ext::HandleExt;
pub use join_set::JoinSet;
pub use local_set_ext::LocalSetExt;
#[cfg_attr(docsrs, doc(cfg(tokio_unstable)))]
pub use runtime_hooks::RuntimeHooks;
pub use spawn::{spawn, spawn_blocking, spawn_local};
pub use task_builder::{TaskBuilder, task};

#[cfg(doctest)]
mod readme {
    #![doc = include_str!("../README.md")]
}
