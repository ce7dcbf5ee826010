//! A list of members within the limits, as one text and as places in it.

use std::ops::Range;

use crate::baggage::syntax::{decoded, encode, is_key, is_value, trimmed};

/// The number of members that the standard asks everybody to pass on.
const MOST_MEMBERS: usize = 64;

/// The number of bytes that the standard asks everybody to pass on, commas included.
const MOST_BYTES: usize = 8192;

/// The first members that are within the limits, as they are sent.
#[derive(Debug, Default)]
pub(crate) struct List {
    pub(crate) text: String,
    pub(crate) members: Vec<Member>,
    is_full: bool,
}

#[derive(Debug)]
pub(crate) struct Member {
    whole: Range<usize>,
    pub(crate) key: Range<usize>,
    pub(crate) value: Value,
    pub(crate) properties: Vec<Property>,
}

#[derive(Debug)]
pub(crate) struct Property {
    pub(crate) key: Range<usize>,
    pub(crate) value: Option<Value>,
}

/// A value: its place in the text, and what it decodes to if that is not the same.
#[derive(Debug)]
pub(crate) struct Value {
    place: Range<usize>,
    decoded: Option<Box<str>>,
}

impl Value {
    pub(crate) fn get<'a>(&'a self, text: &'a str) -> &'a str {
        self.decoded.as_deref().or_else(|| text.get(self.place.clone())).unwrap_or_default()
    }
}

impl List {
    /// Adds the members of a header. One that is malformed is left out, alone.
    pub(crate) fn add_header(&mut self, header: &[u8]) {
        let members = header.split(|byte| *byte == b',').filter_map(|member| std::str::from_utf8(member).ok());
        for member in members {
            if self.is_full {
                return;
            }
            self.add(|list| list.push_member(member));
        }
    }

    /// Adds a member of another list as it stands.
    pub(crate) fn add_member_of(&mut self, other: &List, member: &Member) {
        let whole = other.text.get(member.whole.clone()).unwrap_or_default();
        self.add(|list| list.push_member(whole));
    }

    /// Adds a member, and percent-encodes its value. The key is valid.
    pub(crate) fn add_encoded(&mut self, key: &str, value: &str) {
        self.add(|list| {
            let start = list.text.len();
            let key = list.push(key);
            list.text.push('=');
            let value_start = list.text.len();
            encode(value, &mut list.text);
            let value = Value { place: value_start..list.text.len(), decoded: Some(value.into()) };
            Some(Member { whole: start..list.text.len(), key, value, properties: Vec::new() })
        });
    }

    /// Adds what `push` appends, unless that is no member, or beyond the limits.
    ///
    /// The first member beyond the limits ends the list.
    fn add(&mut self, push: impl FnOnce(&mut Self) -> Option<Member>) {
        let end = self.text.len();
        if self.is_full || self.members.len() == MOST_MEMBERS {
            self.is_full = true;
            return;
        }
        if end > 0 {
            self.text.push(',');
        }
        match push(self).filter(|_| self.text.len() <= MOST_BYTES) {
            Some(member) => self.members.push(member),
            None => {
                self.is_full = self.text.len() > MOST_BYTES;
                self.text.truncate(end);
            }
        }
    }

    fn push_member(&mut self, member: &str) -> Option<Member> {
        let start = self.text.len();
        let mut parts = member.split(';');
        let (key, value) = parts.next()?.split_once('=')?;
        let key = self.push_key(key)?;
        let value = self.push_value(value)?;
        let properties = parts.map(|property| self.push_property(property)).collect::<Option<_>>()?;
        Some(Member { whole: start..self.text.len(), key, value, properties })
    }

    fn push_property(&mut self, property: &str) -> Option<Property> {
        self.text.push(';');
        let Some((key, value)) = property.split_once('=') else {
            return Some(Property { key: self.push_key(property)?, value: None });
        };
        Some(Property { key: self.push_key(key)?, value: Some(self.push_value(value)?) })
    }

    fn push_key(&mut self, key: &str) -> Option<Range<usize>> {
        let key = trimmed(key);
        is_key(key).then(|| self.push(key))
    }

    fn push_value(&mut self, value: &str) -> Option<Value> {
        let value = trimmed(value);
        if !is_value(value) {
            return None;
        }
        self.text.push('=');
        let decoded = value.contains('%').then(|| decoded(value).into());
        Some(Value { place: self.push(value), decoded })
    }

    fn push(&mut self, part: &str) -> Range<usize> {
        let start = self.text.len();
        self.text.push_str(part);
        start..self.text.len()
    }
}
