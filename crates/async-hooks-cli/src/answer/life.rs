//! A lifetime in JSON.

use async_hooks_core::AttributeValue;
use async_hooks_recorder::{Lifetime, Recording};
use serde::Serialize;
use serde_json::{Map, Value};

/// A lifetime, without its single polls and wakes.
///
/// Moments are Unix nanoseconds.
#[derive(Serialize)]
pub(crate) struct Life<'a> {
    async_id: u64,
    trigger_async_id: Option<u64>,
    kind: &'a str,
    file: &'a str,
    line: u32,
    column: u32,
    label: Option<&'a str>,
    /// Unknown if it was created before the recorder was enabled.
    start_ns: Option<u64>,
    /// Unknown if it was alive at the end of the recording.
    end_ns: Option<u64>,
    duration_ns: u64,
    busy_ns: u64,
    polls: usize,
    wakes: usize,
    is_resolved: bool,
    panicked: bool,
    #[serde(skip_serializing_if = "Map::is_empty")]
    attributes: Map<String, Value>,
}

impl<'a> Life<'a> {
    pub(crate) fn of(recording: &Recording, life: &'a Lifetime) -> Life<'a> {
        Life {
            async_id: life.async_id().as_u64(),
            trigger_async_id: life.trigger_async_id().map(u64::from),
            kind: life.kind(),
            file: life.file(),
            line: life.line(),
            column: life.column(),
            label: life.label(),
            start_ns: life.start().map(|start| start.as_unix_nanos()),
            end_ns: life.end().map(|end| end.as_unix_nanos()),
            duration_ns: nanos(recording.range_of(life).duration()),
            busy_ns: nanos(life.busy()),
            polls: life.polls().len(),
            wakes: life.wakes().len(),
            is_resolved: life.is_resolved(),
            panicked: life.panicked(),
            attributes: attributes(life),
        }
    }
}

/// The last value of each attribute.
fn attributes(life: &Lifetime) -> Map<String, Value> {
    life.attributes().iter().map(|attribute| (attribute.name().to_owned(), value(attribute.value()))).collect()
}

fn value(value: AttributeValue<'_>) -> Value {
    match value {
        AttributeValue::Str(text) => text.into(),
        AttributeValue::U64(number) => number.into(),
        AttributeValue::I64(number) => number.into(),
        AttributeValue::F64(number) => number.into(),
        AttributeValue::Bool(value) => value.into(),
        AttributeValue::Bytes(bytes) => bytes.into(),
        _ => Value::Null,
    }
}

/// A duration in nanoseconds, as JSON has it.
pub(crate) fn nanos(duration: std::time::Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}
