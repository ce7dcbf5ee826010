//! OpenTelemetry's context, carried along.

mod span_context;

pub(crate) mod propagation;
