//! One attribute of a resource.

use std::sync::Arc;

use async_hooks_core::AttributeValue;

use crate::model::text::Text;
use crate::model::thread::Thread;
use crate::time::timestamp::Timestamp;

/// One attribute that was set: a call of [`set_attribute`](async_hooks_core::set_attribute).
///
/// # Examples
///
/// ```
/// use async_hooks_core::{AsyncResource, AttributeValue, set_attribute};
/// use async_hooks_recorder::FlightRecorder;
///
/// let recorder = FlightRecorder::builder().build();
/// recorder.enable();
/// let query = AsyncResource::new("query");
/// query.run_in_async_scope(|| set_attribute("rows", 3_u32));
///
/// let recording = recorder.recording();
/// let life = recording.lifetime(query.async_id()).unwrap();
/// let [attribute] = life.attributes() else { panic!("{life:?}") };
/// assert_eq!((attribute.name(), attribute.value()), ("rows", AttributeValue::U64(3)));
/// assert!(life.polls()[0].start() <= attribute.at() && attribute.at() <= life.polls()[0].end());
/// ```
#[derive(Clone, PartialEq, Debug)]
pub struct AttributeRecord {
    pub(crate) at: Timestamp,
    pub(crate) name: Text,
    pub(crate) value: OwnedValue,
    pub(crate) thread: Arc<Thread>,
}

/// The value of an attribute, cut at [`MAX_BYTES`](async_hooks_tools::MAX_BYTES).
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum OwnedValue {
    Str(Box<str>),
    U64(u64),
    I64(i64),
    F64(f64),
    Bool(bool),
    Bytes(Box<[u8]>),
}

impl AttributeRecord {
    /// Returns when it was set.
    #[must_use]
    pub fn at(&self) -> Timestamp {
        self.at
    }

    /// Returns the name of the attribute.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the value. A long text or byte string is cut at 256 bytes.
    #[must_use]
    pub fn value(&self) -> AttributeValue<'_> {
        match &self.value {
            OwnedValue::Str(text) => AttributeValue::Str(text),
            OwnedValue::U64(number) => AttributeValue::U64(*number),
            OwnedValue::I64(number) => AttributeValue::I64(*number),
            OwnedValue::F64(number) => AttributeValue::F64(*number),
            OwnedValue::Bool(value) => AttributeValue::Bool(*value),
            OwnedValue::Bytes(bytes) => AttributeValue::Bytes(bytes),
        }
    }
}
