//! The exporter to the collector that the environment names.

use opentelemetry_otlp::SpanExporter;

use crate::Failure;

/// To `OTEL_EXPORTER_OTLP_ENDPOINT`, over HTTP.
///
/// With `OTEL_EXPORTER_OTLP_PROTOCOL=grpc` over gRPC.
///
/// # Errors
///
/// When the endpoint is none.
pub(crate) fn exporter() -> Result<SpanExporter, Failure> {
    Ok(SpanExporter::builder().build()?)
}
