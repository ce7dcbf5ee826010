//! OpenTelemetry for async hooks.
//!
//! Applications use it as `async_hooks::otel`.
//!
//! [`propagate_context`] carries OpenTelemetry's context into every task, job and callback.
//!
//! OpenTelemetry's types in signatures are outside of semantic versioning: they change with its versions.
//!
//! # The source, in reading order
//!
//! 1. `context`: OpenTelemetry's context, carried along.

#![cfg_attr(docsrs, feature(doc_cfg))]

mod context;

pub use context::propagation::propagate_context;

#[cfg(doctest)]
mod readme {
    #![doc = include_str!("../README.md")]
}
