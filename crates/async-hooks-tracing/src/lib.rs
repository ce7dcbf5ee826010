//! `tracing` spans as async resources, and async ids in log lines.
//!
//! Applications use it as `async_hooks::tracing`. Two things are installed, each useful without the other:
//!
//! - [`layer`] makes every span a resource: hooks receive its events, [`execution_async_id`] is its own while it is entered, and
//!   `.instrument(span)` on a bare `tokio::spawn` carries every `AsyncLocal` into the task.
//! - [`with_async_ids`] ends each log line with the ids of whatever executes, span or not.
//!
//! [`SpanExt`] asks a span for its ids.
//!
//! [`execution_async_id`]: async_hooks_core::execution_async_id
//!
//! ```text
//!   info_span!(…)          init       trigger: the parent named in the macro, else what executes
//!   span.enter()           before     ids and context are the span's; what was set here stays
//!   drop of the guard      after      ids are what they were
//!   last handle dropped    destroy
//! ```
//!
//! # Examples
//!
//! ```
//! use async_hooks_core::execution_async_id;
//! use async_hooks_tracing::{SpanExt as _, layer, with_async_ids};
//! use tracing_subscriber::prelude::*;
//!
//! let lines = tracing_subscriber::fmt::layer().event_format(with_async_ids(tracing_subscriber::fmt::format()));
//! let subscriber = tracing_subscriber::registry().with(layer()).with(lines);
//!
//! tracing::subscriber::with_default(subscriber, || {
//!     let request = tracing::info_span!("request");
//!     request.in_scope(|| {
//!         assert_eq!(Some(execution_async_id()), request.async_id());
//!         // 2026-11-22T10:00:00Z  INFO request: my_app: started async_id=2 trigger_async_id=1
//!         tracing::info!("started");
//!     });
//! });
//! ```

#![cfg_attr(docsrs, feature(doc_cfg))]

mod interner;

mod tokio_spans;

mod callsite;

mod waker_events;

mod ended_spans;

mod span_cache;

mod lines_in_any_order;

mod span_resource;

mod layer;

mod span_ext;

mod line_buffer;

mod field;

mod json_object;

mod line_ids;

mod id_suffix;

mod format;

pub use format::{AsyncIdFormat, with_async_ids};
pub use layer::{HooksLayer, layer};
pub use span_ext::SpanExt;

#[cfg(doctest)]
mod readme {
    #![doc = include_str!("../README.md")]
}
