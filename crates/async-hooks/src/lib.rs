//! Node.js [`async_hooks`], [`AsyncLocalStorage`] and `AsyncResource` for Rust.
//!
//! They say on whose behalf a line of code runs and what started a task, and carry values along the flow of control.
//!
//! ```
//! use async_hooks::prelude::*;
//!
//! static USER: AsyncLocal<String> = AsyncLocal::new();
//!
//! # #[cfg(feature = "macros")]
//! #[async_hooks::main]
//! async fn main() {
//!     let request = async {
//!         let id = execution_async_id();
//!         let task = async_hooks::tokio::spawn(async { (USER.get(), trigger_async_id()) });
//!         let (user, trigger) = task.await.unwrap();
//!         assert_eq!((user.unwrap().as_str(), trigger), ("alice", Some(id)));
//!     };
//!     USER.scope("alice", request).await;
//! }
//! # #[cfg(not(feature = "macros"))]
//! # fn main() {}
//! ```
//!
//! The [guide] says what to use when, chapter by chapter: begin with [a server](guide::chapter_01_a_server).
//!
//! [`async_hooks`]: https://nodejs.org/api/async_hooks.html
//! [`AsyncLocalStorage`]: https://nodejs.org/api/async_context.html#class-asynclocalstorage
//!
//! # Features
//!
//! | feature | default | brings |
//! |---|---|---|
//! | `tokio` | yes | [`async_hooks::tokio`](crate::tokio): `spawn`, `spawn_blocking`, `spawn_local`, `JoinSet`, tracked |
//! | `tracing` | yes | [`async_hooks::tracing`](crate::tracing): spans as resources, async ids in log lines |
//! | `macros` | yes | [`#[async_hooks::main]`](crate::main) and [`#[async_hooks::test]`](crate::test): tokio's, with every task tracked under `--cfg tokio_unstable` |
//! | `stream` | yes | [`StreamExt`] and `scope_stream`: streams as resources, and with a context |
//! | `http` | no | [`async_hooks::http`](crate::http): requests as resources, W3C Trace Context and Baggage |
//! | `hyper` | no | `async_hooks::http::TrackedExecutor`: hyper's own tasks as resources, on stable |
//! | `diagnostics` | no | [`async_hooks::diagnostics`](crate::diagnostics): who is alive, what leaks, a leak test |
//! | `recorder` | no | [`async_hooks::recorder`](crate::recorder): what just happened, for whom, and what it waited for |
//! | `otel` | no | [`async_hooks::otel`](crate::otel): requests and what they caused as OpenTelemetry spans; its context rides along |
//! | `metrics` | no | [`async_hooks::metrics`](crate::metrics): counts and histograms, through the `metrics` facade |
//! | `serde` | no | `Serialize` for [`AsyncId`], [`Location`], [`Resource`] and the reports of `diagnostics` |
//!
//! Without features everything at the top level is there, for any executor and for plain threads.

#![cfg_attr(docsrs, feature(doc_cfg))]

#[doc(inline)]
pub use async_hooks_core::{
    AsyncHook, AsyncId, AsyncLocal, AsyncLocalFuture, AsyncLocalGuard, AsyncResource, AsyncResourceBuilder,
    AttributeValue, DetachedFuture, EnabledHook, EnabledPropagation, EnabledStoreMap, Envelope, EnvelopeFuture, Events,
    ForeignContext, FutureExt, Hook, HookBuilder, HookFuture, Inherit, IntoValue, Location, ParseAsyncIdError,
    Propagation, Resource, ResourceFuture, Snapshot, SnapshotFuture, StoreMap, bind, create_hook, detached,
    execution_async_id, execution_async_resource, propagate, set_attribute, thread, trigger_async_id,
};

#[cfg(feature = "stream")]
#[doc(inline)]
pub use async_hooks_core::{AsyncLocalStream, ResourceStream, SnapshotStream, StreamExt};

#[cfg(feature = "tokio")]
#[doc(inline)]
pub use async_hooks_tokio as tokio;

#[cfg(feature = "macros")]
pub use async_hooks_macros::{main, test};

#[cfg(feature = "tracing")]
#[doc(inline)]
pub use async_hooks_tracing as tracing;

#[cfg(feature = "http")]
#[doc(inline)]
pub use async_hooks_http as http;

#[cfg(feature = "diagnostics")]
#[doc(inline)]
pub use async_hooks_diagnostics as diagnostics;

#[cfg(feature = "recorder")]
#[doc(inline)]
pub use async_hooks_recorder as recorder;

#[cfg(feature = "otel")]
#[doc(inline)]
pub use async_hooks_otel as otel;

#[cfg(feature = "metrics")]
#[doc(inline)]
pub use async_hooks_metrics as metrics;

pub mod prelude;

// Its programs use nearly all features, and are tests only where those are on.
#[cfg(doc)]
#[cfg(any(
    not(doctest),
    all(
        feature = "diagnostics",
        feature = "http",
        feature = "metrics",
        feature = "recorder",
        feature = "macros",
        feature = "stream"
    )
))]
pub mod guide;

#[cfg(all(doctest, feature = "macros", feature = "tracing"))]
mod readme {
    #![doc = include_str!("../README.md")]
}

#[cfg(doctest)]
mod hidden;
