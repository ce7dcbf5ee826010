//! The names that most files need, and the extension traits: `use async_hooks::prelude::*;`.
//!
//! Names that a program may well use itself, such as `Resource`, `Events` or `bind`, are not part of it. The traits are
//! imported without their names.
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
    AsyncHook, AsyncId, AsyncLocal, AsyncResource, Hook, Snapshot, StoreMap, create_hook, execution_async_id,
    execution_async_resource, trigger_async_id,
};

pub use async_hooks_core::FutureExt as _;

#[cfg(feature = "stream")]
pub use async_hooks_core::StreamExt as _;

#[cfg(feature = "tokio")]
pub use async_hooks_tokio::{BuilderExt as _, HandleExt as _, LocalSetExt as _};

#[cfg(feature = "tracing")]
pub use async_hooks_tracing::SpanExt as _;

#[cfg(feature = "diagnostics")]
pub use async_hooks_diagnostics::{Report as _, RequiredExt as _};
