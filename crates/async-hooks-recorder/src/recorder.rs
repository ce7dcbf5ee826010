//! The flight recorder: its settings, its handle, and the hook that writes.

pub(crate) mod stats;

pub(crate) mod builder;

pub(crate) mod hook;

pub(crate) mod flight_recorder;

mod for_exporters;
