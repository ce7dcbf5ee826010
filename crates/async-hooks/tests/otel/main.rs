//! OpenTelemetry on real runtimes.

#![allow(clippy::unwrap_used, reason = "a test that meets the impossible may stop there")]

mod agreement;

mod collector;

mod context;

mod exporting;

mod runtimes;

mod tracing_spans;
