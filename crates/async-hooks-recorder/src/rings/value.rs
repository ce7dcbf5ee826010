//! The value of an attribute, as words.

use async_hooks_core::AttributeValue;
use async_hooks_tools::{MAX_BYTES, cut_at};

use crate::model::attribute_record::OwnedValue;
use crate::rings::word;
use crate::rings::writer::Writer;

/// A value, cut where it is long.
pub(crate) enum ValueWords<'a> {
    Number(u8, u64),
    Text(u8, &'a [u8]),
}

const STR: u8 = 0;
const U64: u8 = 1;
const I64: u8 = 2;
const F64: u8 = 3;
const BOOL: u8 = 4;
const BYTES: u8 = 5;

/// The kind of the value is above the number of its bytes.
const KIND_SHIFT: u32 = 24;

impl<'a> ValueWords<'a> {
    /// `None` for a kind of value that is not known here.
    pub(crate) fn of(value: &AttributeValue<'a>) -> Option<ValueWords<'a>> {
        Some(match *value {
            AttributeValue::Str(text) => ValueWords::Text(STR, &text.as_bytes()[..cut_at(text, MAX_BYTES)]),
            AttributeValue::U64(number) => ValueWords::Number(U64, number),
            AttributeValue::I64(number) => ValueWords::Number(I64, number as u64),
            AttributeValue::F64(number) => ValueWords::Number(F64, number.to_bits()),
            AttributeValue::Bool(value) => ValueWords::Number(BOOL, u64::from(value)),
            AttributeValue::Bytes(bytes) => ValueWords::Text(BYTES, &bytes[..bytes.len().min(MAX_BYTES)]),
            _ => return None,
        })
    }

    /// The number of words, without the header.
    pub(crate) fn len(&self) -> usize {
        match self {
            ValueWords::Number(..) => 1,
            ValueWords::Text(_, bytes) => word::words_of(bytes.len()),
        }
    }

    /// The kind and the number of bytes.
    pub(crate) fn header(&self) -> u32 {
        match self {
            ValueWords::Number(kind, _) => u32::from(*kind) << KIND_SHIFT | 8,
            ValueWords::Text(kind, bytes) => text_header(*kind, bytes),
        }
    }

    pub(crate) fn write(&self, writer: &mut Writer) {
        match self {
            ValueWords::Number(_, number) => writer.put(*number),
            ValueWords::Text(_, bytes) => writer.put_text(bytes),
        }
    }
}

/// What precedes a text.
pub(crate) fn text_header(kind: u8, bytes: &[u8]) -> u32 {
    u32::from(kind) << KIND_SHIFT | bytes.len() as u32
}

/// The number of bytes behind a header.
pub(crate) fn length(header: u32) -> usize {
    (header & ((1 << KIND_SHIFT) - 1)) as usize
}

/// What is above the number of bytes.
pub(crate) fn kind(header: u32) -> u8 {
    (header >> KIND_SHIFT) as u8
}

/// The value behind a header.
pub(crate) fn read(header: u32, words: &[u64]) -> Option<OwnedValue> {
    let number = words.first().copied().unwrap_or_default();
    Some(match kind(header) {
        STR => OwnedValue::Str(word::text(words, length(header)).into()),
        U64 => OwnedValue::U64(number),
        I64 => OwnedValue::I64(number as i64),
        F64 => OwnedValue::F64(f64::from_bits(number)),
        BOOL => OwnedValue::Bool(number != 0),
        BYTES => OwnedValue::Bytes(word::bytes(words, length(header)).into()),
        _ => return None,
    })
}
