//! How spans get to the exporter: a bounded queue, and a thread behind it.

pub(crate) mod stats;

pub(crate) mod span_queue;

pub(crate) mod any_exporter;

#[cfg(feature = "tokio")]
mod surroundings;

#[cfg(not(feature = "tokio"))]
#[path = "export/no_surroundings.rs"]
mod surroundings;

pub(crate) mod export_thread;
