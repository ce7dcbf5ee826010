//! OpenTelemetry's context, and the spans of requests.

#![allow(clippy::unwrap_used, reason = "a test that meets the impossible may stop there")]

mod context;

mod exporters;

mod failing;

mod sampling;

mod services;

mod spans;
