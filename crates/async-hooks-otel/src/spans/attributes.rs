//! The attributes of a lifetime.

use async_hooks_core::{AsyncId, AttributeValue};
use async_hooks_recorder::Lifetime;
use opentelemetry::{Array, KeyValue, SpanId, StringValue, TraceId, Value};

use crate::notes::names::{CONTEXT_SPAN, CREATED_BY, IS_SPAN, SPAN_ID, STRUCTURAL, TRACE_ID};

/// The last value of this name: what is set later replaces what was set before.
fn value<'a>(life: &'a Lifetime, name: &str) -> Option<AttributeValue<'a>> {
    life.attributes().iter().rev().find(|attribute| attribute.name() == name).map(|attribute| attribute.value())
}

pub(crate) fn text<'a>(life: &'a Lifetime, name: &str) -> Option<&'a str> {
    match value(life, name)? {
        AttributeValue::Str(text) => Some(text),
        _ => None,
    }
}

pub(crate) fn number(life: &Lifetime, name: &str) -> Option<u64> {
    match value(life, name)? {
        AttributeValue::U64(number) => Some(number),
        AttributeValue::I64(number) => u64::try_from(number).ok(),
        _ => None,
    }
}

/// The span in whose context it was created.
pub(crate) fn context_span(life: &Lifetime) -> Option<u64> {
    number(life, CONTEXT_SPAN)
}

/// What executed when it was created.
pub(crate) fn created_by(life: &Lifetime) -> Option<AsyncId> {
    number(life, CREATED_BY).and_then(AsyncId::from_u64).or(life.trigger_async_id())
}

/// Whether it is a span of tracing, which another exporter exports.
pub(crate) fn is_of_others(life: &Lifetime) -> bool {
    matches!(value(life, IS_SPAN), Some(AttributeValue::Bool(true)))
}

pub(crate) fn trace_id(life: &Lifetime) -> Option<TraceId> {
    TraceId::from_hex(text(life, TRACE_ID)?).ok().filter(|id| *id != TraceId::INVALID)
}

pub(crate) fn span_id(life: &Lifetime, name: &str) -> Option<SpanId> {
    span_id_from(text(life, name)?)
}

/// The id of its own that a request or a call has sent.
pub(crate) fn own_span_id(life: &Lifetime) -> Option<SpanId> {
    span_id(life, SPAN_ID)
}

pub(crate) fn span_id_from(text: &str) -> Option<SpanId> {
    SpanId::from_hex(text).ok().filter(|id| *id != SpanId::INVALID)
}

/// What the program has set, as attributes of a span.
pub(crate) fn of_program(life: &Lifetime) -> impl Iterator<Item = KeyValue> {
    let set = life.attributes().iter().filter(|attribute| !STRUCTURAL.contains(&attribute.name()));
    set.map(|attribute| KeyValue::new(attribute.name_to_keep(), exported(attribute.value())))
}

fn exported(value: AttributeValue<'_>) -> Value {
    match value {
        AttributeValue::Str(text) => Value::String(StringValue::from(text.to_owned())),
        AttributeValue::U64(number) => integer(number),
        AttributeValue::I64(number) => Value::I64(number),
        AttributeValue::F64(number) => Value::F64(number),
        AttributeValue::Bool(value) => Value::Bool(value),
        AttributeValue::Bytes(bytes) => Value::Array(Array::I64(bytes.iter().copied().map(i64::from).collect())),
        _ => Value::String(StringValue::from("")),
    }
}

/// OpenTelemetry's integers have a sign: a larger one is the largest.
pub(crate) fn integer(number: impl TryInto<i64>) -> Value {
    Value::I64(number.try_into().unwrap_or(i64::MAX))
}
