//! The extension traits and the names most files want: `use async_hooks::prelude::*;`.
//!
//! # Examples
//!
//! ```
//! use async_hooks::prelude::*;
//!
//! let query = AsyncResource::new("query");
//! assert_eq!(query.run_in_async_scope(execution_async_id), query.async_id());
//! let future = async {}.in_async_resource("query");
//! assert_eq!(future.resource().kind(), "query");
//! ```

pub use async_hooks_core::{
    AsyncHook, AsyncId, AsyncLocal, AsyncResource, Hook, Resource, Snapshot, StoreMap, bind, create_hook,
    execution_async_id, execution_async_resource, trigger_async_id,
};

pub use async_hooks_core::FutureExt as _;

#[cfg(feature = "stream")]
pub use async_hooks_core::StreamExt as _;

#[cfg(feature = "tokio")]
pub use async_hooks_tokio::{HandleExt as _, LocalSetExt as _};

#[cfg(feature = "tracing")]
pub use async_hooks_tracing::SpanExt as _;

#[cfg(feature = "diagnostics")]
pub use async_hooks_diagnostics::Report as _;
