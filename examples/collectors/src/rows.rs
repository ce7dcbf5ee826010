//! A span as a row of the table that OpenTelemetry's collector writes into ClickHouse.

use serde_json::{Map, Value, json};

use crate::span::Span;

const KINDS: [&str; 4] = ["Unspecified", "Internal", "Server", "Client"];

pub(crate) fn row(span: &Span) -> Value {
    let texts = span.attributes.iter().map(|(name, value)| (name.clone(), Value::String(text(value))));
    let service = span.of_resource().map_or(String::new(), |(service, _)| service);
    json!({
        "Timestamp": format!("{}.{:09}", span.start / 1_000_000_000, span.start % 1_000_000_000),
        "TraceId": span.trace_id,
        "SpanId": span.span_id,
        "ParentSpanId": span.parent_id,
        "SpanName": span.name,
        "SpanKind": KINDS.get(span.kind as usize).unwrap_or(&KINDS[0]),
        "ServiceName": service,
        "ResourceAttributes": { "service.name": service },
        "ScopeName": "async-hooks",
        "SpanAttributes": texts.collect::<Map<_, _>>(),
        "Duration": span.end - span.start,
        "StatusCode": if span.status.is_empty() { "Unset" } else { "Error" },
        "StatusMessage": span.status,
        "Links.TraceId": Vec::from_iter(span.links.iter().map(|(trace, _)| trace)),
        "Links.SpanId": Vec::from_iter(span.links.iter().map(|(_, span)| span)),
        "Links.TraceState": vec![""; span.links.len()],
        "Links.Attributes": vec![json!({}); span.links.len()],
    })
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
