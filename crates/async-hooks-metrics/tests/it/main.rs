//! What is published, and that it is bounded.

mod exporter;

mod published;

mod sites;

#[cfg(all(feature = "diagnostics", feature = "recorder"))]
mod other_tools;
