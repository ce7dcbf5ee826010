//! What is tracked and carries values, on this runtime and with this subscriber.
//!
//! Each probe is made in one scope and looks around where it runs, outside of it.

pub(crate) mod tracking_row;

pub(crate) mod tracking_report;

mod origin;

mod flows;

#[cfg(feature = "stream")]
mod streams;
#[cfg(not(feature = "stream"))]
#[path = "tracking/no_streams.rs"]
mod streams;

#[cfg(feature = "tokio")]
mod outcome;

#[cfg(feature = "tokio")]
mod tasks;

#[cfg(feature = "tokio")]
mod wakes;

#[cfg(feature = "tokio")]
mod runtime;
#[cfg(not(feature = "tokio"))]
#[path = "tracking/no_runtime.rs"]
mod runtime;

#[cfg(feature = "tracing")]
mod callsites;

#[cfg(feature = "tracing")]
mod spans;
#[cfg(not(feature = "tracing"))]
#[path = "tracking/no_spans.rs"]
mod spans;

pub(crate) mod ask;
