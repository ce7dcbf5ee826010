//! Promises that need no hook: ids, values, lines.

#![allow(clippy::unwrap_used, reason = "a test that meets the impossible may stop there")]

#[path = "../log/mod.rs"]
mod log;

mod careless;
mod context;
mod filters;
mod format;
mod fields;
mod guards_in_spans;
mod ids;
mod interleaved;
mod left_in_any_order;
mod left_inside;
mod lines_about_spans;
mod span_ext;
mod tokio_spans;
mod values_that_act;

use async_hooks_core::{AsyncId, execution_async_id};
use async_hooks_tracing::layer;
use tracing_subscriber::prelude::*;

/// Runs `f` with our layer alone, and checks that nothing stays on the thread.
fn with_layer<R>(f: impl FnOnce() -> R) -> R {
    let result = tracing::subscriber::with_default(tracing_subscriber::registry().with(layer()), f);
    assert_eq!(execution_async_id(), AsyncId::ROOT);
    result
}
