//! The handle: its settings, and the thread that publishes.

pub(crate) mod builder;

#[cfg(feature = "diagnostics")]
mod with_diagnostics;

#[cfg(feature = "recorder")]
mod with_recorder;

pub(crate) mod shared;

pub(crate) mod publisher;

pub(crate) mod enabled;

pub(crate) mod metrics;
