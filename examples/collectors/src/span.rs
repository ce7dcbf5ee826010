//! A span, as a collector has it.

use std::collections::BTreeMap;

use serde_json::Value;

/// What a store keeps of a span, besides ids, names, times, attributes and status.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Keeps {
    pub(crate) kinds_and_links: bool,
}

#[derive(Clone, Debug)]
pub(crate) struct Span {
    pub(crate) trace_id: String,
    pub(crate) span_id: String,
    /// Empty for the first span of a trace.
    pub(crate) parent_id: String,
    pub(crate) name: String,
    /// OTLP's number: 1 internal, 2 server, 3 client.
    pub(crate) kind: u64,
    pub(crate) start: u64,
    pub(crate) end: u64,
    pub(crate) attributes: BTreeMap<String, Value>,
    /// A trace id and a span id each.
    pub(crate) links: Vec<(String, String)>,
    pub(crate) status: String,
}

impl Span {
    /// Reads a span in OTLP's JSON, whose names some stores write with underscores.
    pub(crate) fn from_otlp(span: &Value) -> Option<Span> {
        let link = |link: &Value| (text(link, ["traceId", "trace_id"]), text(link, ["spanId", "span_id"]));
        Some(Span {
            trace_id: text(span, ["traceId", "trace_id"]),
            span_id: text(span, ["spanId", "span_id"]),
            parent_id: text(span, ["parentSpanId", "parent_span_id"]),
            name: text(span, ["name", ""]),
            kind: span["kind"].as_u64().unwrap_or_default(),
            start: number(field(span, ["startTimeUnixNano", "start_time_unix_nano"]))?,
            end: number(field(span, ["endTimeUnixNano", "end_time_unix_nano"]))?,
            attributes: span["attributes"].as_array()?.iter().filter_map(attribute).collect(),
            links: span["links"].as_array().into_iter().flatten().map(link).collect(),
            status: text(&span["status"], ["message", ""]),
        })
    }

    /// Which resource of which service it is of; `None` for a bare call.
    pub(crate) fn of_resource(&self) -> Option<(String, u64)> {
        let service = self.attributes.get("async_hooks.label")?.as_str()?.split(' ').next()?;
        Some((service.to_owned(), self.attributes.get("async_hooks.async_id")?.as_u64()?))
    }
}

/// The first of two names that is there.
fn field<'a>(value: &'a Value, [name, other]: [&str; 2]) -> &'a Value {
    value.get(name).unwrap_or_else(|| &value[other])
}

fn text(value: &Value, names: [&str; 2]) -> String {
    field(value, names).as_str().unwrap_or_default().to_owned()
}

/// Numbers of 64 bits are texts in OTLP's JSON.
fn number(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| value.as_str()?.parse().ok())
}

fn attribute(attribute: &Value) -> Option<(String, Value)> {
    let is_set = |(_, value): &(&String, &Value)| !value.is_null();
    let (kind, value) = attribute["value"].as_object()?.iter().find(is_set)?;
    let value = if matches!(&**kind, "intValue" | "int_value") { number(value)?.into() } else { value.clone() };
    Some((attribute["key"].as_str()?.to_owned(), value))
}
