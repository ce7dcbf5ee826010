//! The annotations of an event, by their keys.

use async_hooks_core::AsyncId;

use crate::model::attribute_record::OwnedValue;
use crate::trace::fields::{Malformed, Read};
use crate::trace::packet::{Annotation, Event, Noted};
use crate::trace::schema::Key;

impl<'a> Event<'a> {
    fn noted(&self, key: Key) -> Option<Noted<'a>> {
        self.annotations().find(|annotation| annotation.key == key.iid()).map(|annotation| annotation.value)
    }

    pub(crate) fn has(&self, key: Key) -> bool {
        self.noted(key) == Some(Noted::Bool(true))
    }

    pub(crate) fn number(&self, key: Key) -> Read<u64> {
        self.number_if_any(key).ok_or(Malformed)
    }

    pub(crate) fn number_if_any(&self, key: Key) -> Option<u64> {
        match self.noted(key) {
            Some(Noted::Uint(number)) => Some(number),
            _ => None,
        }
    }

    pub(crate) fn text(&self, key: Key) -> Option<&'a str> {
        match self.noted(key) {
            Some(Noted::Text(text)) => Some(text),
            _ => None,
        }
    }

    pub(crate) fn id(&self, key: Key) -> Read<AsyncId> {
        AsyncId::from_u64(self.number(key)?).ok_or(Malformed)
    }

    /// The attribute: the annotation whose name is written in full.
    pub(crate) fn attribute(&self) -> Read<(&'a str, OwnedValue)> {
        let named = |annotation: &&Annotation<'a>| annotation.name.is_some();
        let annotation = self.annotations().find(named).ok_or(Malformed)?;
        let value = match annotation.value {
            Noted::Bool(value) => OwnedValue::Bool(value),
            Noted::Uint(number) => OwnedValue::U64(number),
            Noted::Int(number) => OwnedValue::I64(number),
            Noted::Double(number) => OwnedValue::F64(number),
            Noted::Text(digits) if self.has(Key::Bytes) => OwnedValue::Bytes(bytes(digits)?),
            Noted::Text(text) => OwnedValue::Str(text.into()),
        };
        Ok((annotation.name.unwrap_or_default(), value))
    }
}

fn bytes(digits: &str) -> Read<Box<[u8]>> {
    let byte = |pair: &[u8]| {
        let pair = std::str::from_utf8(pair).map_err(|_| Malformed)?;
        u8::from_str_radix(pair, 16).map_err(|_| Malformed)
    };
    digits.as_bytes().chunks(2).map(byte).collect()
}
