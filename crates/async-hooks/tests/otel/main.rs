//! OpenTelemetry on real runtimes.

mod context;

mod runtimes;
