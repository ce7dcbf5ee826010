//! Async ids, execution context and lifecycle hooks, for any runtime.
//!
//! This is the core of `async-hooks`: it knows no runtime and no `tracing`. Applications use the `async-hooks` crate,
//! which re-exports everything here beside the adapters.
//!
//! Read in this order:
//!
//! 1. *Identity*: [`AsyncId`], [`Location`] and [`Resource`] name a resource; [`execution_async_id`] says which one
//!    this line of code runs for.
//! 2. *Context*: a mapping from every [`AsyncLocal`] to its value belongs to the thread that executes, and moves in and
//!    out of it with each poll.
//! 3. *Hooks*: a [`Hook`] is told when resources are created, entered, left, resolved, destroyed and, if it asks
//!    to, woken.
//! 4. *Resources*: [`AsyncResource`] and [`ResourceFuture`] tie the three together.

mod panics;

mod identity;

mod context;

mod hooks;

mod resource;

mod local;

#[doc(hidden)]
pub mod runtime;

mod store_map;

mod future_ext;

pub use context::detached::{Detach, detached};
pub use context::inherit::Inherit;
pub use context::snapshot::{Snapshot, SnapshotFuture};
pub use future_ext::FutureExt;
pub use hooks::builder::{HookBuilder, create_hook};
pub use hooks::events::Events;
pub use hooks::handle::{AsyncHook, EnabledHook};
pub use hooks::hook::Hook;
pub use identity::execution::{execution_async_id, execution_async_resource, trigger_async_id};
pub use identity::id::AsyncId;
pub use identity::location::Location;
pub use identity::resource::Resource;
pub use local::future::LocalFuture;
pub use local::guard::LocalGuard;
pub use local::local::AsyncLocal;
pub use resource::async_resource::AsyncResource;
pub use resource::builder::AsyncResourceBuilder;
pub use resource::callback::bind;
pub use resource::future::ResourceFuture;
pub use store_map::StoreMap;
