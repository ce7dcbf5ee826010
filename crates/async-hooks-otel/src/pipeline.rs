//! The handle: its settings, and the two threads behind it.

pub(crate) mod builder;

pub(crate) mod shared;

pub(crate) mod enabled;

pub(crate) mod span_pipeline;
