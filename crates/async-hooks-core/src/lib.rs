//! Async ids, execution context and lifecycle hooks, for any runtime.
//!
//! This is the core of `async-hooks`. It works on any executor and on plain threads, and does not depend on `tracing`.
//! Applications depend on `async-hooks`, which re-exports this crate next to the adapters for tokio and `tracing`.
//!
//! # How it works
//!
//! A program does its work in *resources*: tasks, futures, callbacks, requests. While a thread polls or calls a
//! resource, the thread holds two things that belong to it: its ids, which [`execution_async_id`] reads, and its
//! context, which [`AsyncLocal::get`] reads. The crate exchanges both for those of the resource before each poll or
//! call, and exchanges them back afterwards, so nothing of a resource stays on the thread.
//!
//! A new resource records the executing resource as its *trigger*, and captures the current context. So the triggers
//! lead from any resource back to its cause, and a value that a request has set reaches every task, callback and future
//! that the request creates. *Hooks* receive an event for each step in the life of a resource.
//!
//! ```
//! use async_hooks_core::{AsyncLocal, AsyncResource, execution_async_id, trigger_async_id};
//!
//! static USER: AsyncLocal<&str> = AsyncLocal::new();
//!
//! let request = AsyncResource::new("request");
//! let query = request.run_in_async_scope(|| USER.run("alice", || AsyncResource::new("query")));
//!
//! // Later, on any thread:
//! query.run_in_async_scope(|| {
//!     assert_eq!(execution_async_id(), query.async_id());
//!     assert_eq!(trigger_async_id(), Some(request.async_id()));
//!     assert_eq!(USER.get().as_deref(), Some(&"alice"));
//! });
//! ```
//!
//! # Glossary
//!
//! | term | meaning |
//! |---|---|
//! | async id | The number of one resource: an [`AsyncId`]. |
//! | trigger | The resource that caused another one: by default, the one that executed at the creation. |
//! | execution | The poll or call that a thread runs for one resource; outside any resource, for the *root*. |
//! | resource | An operation with an id and a captured context, such as an [`AsyncResource`]. |
//! | context | The values of all locals at one moment. A resource captures it, and so does a [`Snapshot`]. |
//! | local | A variable whose value is part of the context: an [`AsyncLocal`]. |
//! | level | A context that a call, a poll or a snapshot puts on the thread until its end. Levels nest. |
//! | hook | A [`Hook`]: it receives the events of all resources. |
//!
//! # The source, in reading order
//!
//! 1. `identity`: ids, the description of a resource, and the resource that the thread executes.
//! 2. `context`: the map of values, how it is captured and inherited, and the levels of a thread.
//! 3. `hooks`: the [`Hook`] trait, the list of enabled hooks, and the delivery of events.
//! 4. `resource`: [`AsyncResource`] and [`ResourceFuture`], which tie identity, context and hooks together.
//! 5. `local`: [`AsyncLocal`] and its ways to set a value.
//! 6. `runtime`: what adapters need beyond the public API. Hidden, and without a promise of stability.
//!
//! [`StoreMap`], [`FutureExt`] and `StreamExt` are built on them.

#![cfg_attr(docsrs, feature(doc_cfg))]

mod panics;

mod sync;

mod identity;

mod context;

mod hooks;

mod resource;

mod local;

#[doc(hidden)]
pub mod runtime;

mod store_map;

mod future_ext;

#[cfg(feature = "stream")]
mod stream_ext;

pub use context::detached::{DetachedFuture, detached};
pub use context::foreign::foreign_context::ForeignContext;
pub use context::foreign::propagation::{EnabledPropagation, Propagation, propagate};
pub use context::inherit::Inherit;
pub use context::snapshot::Snapshot;
pub use context::snapshot_future::SnapshotFuture;
#[cfg(feature = "stream")]
pub use context::snapshot_stream::SnapshotStream;
pub use future_ext::FutureExt;
pub use hooks::attribute::set_attribute;
pub use hooks::attribute_value::AttributeValue;
pub use hooks::builder::{HookBuilder, create_hook};
pub use hooks::events::Events;
pub use hooks::handle::{AsyncHook, EnabledHook};
pub use hooks::hook::Hook;
pub use identity::execution::{execution_async_id, execution_async_resource, trigger_async_id};
pub use identity::id::AsyncId;
pub use identity::location::Location;
pub use identity::parse_async_id::ParseAsyncIdError;
pub use identity::resource::Resource;
pub use local::future::AsyncLocalFuture;
pub use local::guard::AsyncLocalGuard;
pub use local::hook_scope::HookFuture;
pub use local::into_value::IntoValue;
pub use local::local::AsyncLocal;
#[cfg(feature = "stream")]
pub use local::stream::AsyncLocalStream;
pub use resource::async_resource::AsyncResource;
pub use resource::builder::AsyncResourceBuilder;
pub use resource::callback::bind;
pub use resource::envelope::{Envelope, EnvelopeFuture};
pub use resource::future::ResourceFuture;
#[cfg(feature = "stream")]
pub use resource::stream::ResourceStream;
pub use resource::thread;
pub use store_map::{EnabledStoreMap, StoreMap};
#[cfg(feature = "stream")]
pub use stream_ext::StreamExt;

#[cfg(doctest)]
mod readme {
    #![doc = include_str!("../README.md")]
}
