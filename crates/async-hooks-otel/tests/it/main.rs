//! OpenTelemetry's context.

mod context;
