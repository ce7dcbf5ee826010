//! The `tracestate` header: a list of entries, each of one tracing system.
//!
//! Ours comes first, and all others are passed on.

use std::sync::Arc;

use http::{HeaderMap, HeaderName, HeaderValue};

use crate::wire::fields::Field;
use crate::wire::remote_trigger::{self, RemoteTrigger};
use crate::wire::traceparent::trimmed;

pub(crate) const NAME: HeaderName = HeaderName::from_static("tracestate");

/// With one more entry, the list is dropped whole.
const MOST_ENTRIES: usize = 32;

const LONGEST_KEY: usize = 256;

const LONGEST_VALUE: usize = 256;

/// As many entries as there may be, of the greatest length, with commas.
const LONGEST_LIST: usize = MOST_ENTRIES * (LONGEST_KEY + 1 + LONGEST_VALUE + 1);

/// What was received.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct TraceState {
    /// The entries of others, in order; `None` if there are none.
    ///
    /// Blanks around them and empty ones between them are gone.
    pub(super) entries: Option<Arc<str>>,
    pub(super) remote_trigger: Option<RemoteTrigger>,
}

impl TraceState {
    /// Parses all headers of this name as one list. A list with one wrong entry is dropped whole.
    #[inline]
    pub(super) fn from_field(field: Field<'_>, headers: &HeaderMap) -> Self {
        match (field.first, field.only()) {
            (None, _) => TraceState::default(),
            (_, Some(only)) => Self::parse(&[only]).unwrap_or_default(),
            _ => Self::parse(&headers.get_all(&NAME).iter().collect::<Vec<_>>()).unwrap_or_default(),
        }
    }

    fn parse(values: &[&HeaderValue]) -> Option<Self> {
        let (mut entries, mut remote_trigger, mut count) = (String::new(), None, 0);
        for value in values {
            let mut rest = without_empty_entries(value.as_bytes());
            while !rest.is_empty() {
                let entry = Entry::first(rest).filter(|_| count < MOST_ENTRIES)?;
                count += 1;
                if entry.key == remote_trigger::KEY {
                    remote_trigger = remote_trigger.or_else(|| RemoteTrigger::parse(entry.value));
                } else {
                    push(&mut entries, entry.whole, values)?;
                }
                rest = without_empty_entries(entry.behind);
            }
        }
        let entries = (!entries.is_empty()).then(|| entries.into());
        Some(TraceState { entries, remote_trigger })
    }
}

/// Appends an entry of another system. Where there is none, nothing is allocated.
fn push(entries: &mut String, entry: &[u8], values: &[&HeaderValue]) -> Option<()> {
    if entries.is_empty() {
        let length: usize = values.iter().map(|value| value.len() + 1).sum();
        entries.reserve_exact(length.min(LONGEST_LIST));
    } else {
        entries.push(',');
    }
    entries.push_str(std::str::from_utf8(entry).ok()?);
    Some(())
}

/// An entry, and what follows it.
struct Entry<'a> {
    key: &'a [u8],
    value: &'a [u8],
    whole: &'a [u8],
    behind: &'a [u8],
}

impl<'a> Entry<'a> {
    /// The entry at the beginning of a list; `None` if it is wrong.
    #[inline]
    fn first(list: &'a [u8]) -> Option<Self> {
        let (key, rest) = split_where_not(KEY, list);
        let (value, rest) = split_where_not(VALUE, rest.strip_prefix(b"=")?);
        // A blank at the end belongs to the list; one at the beginning to the value.
        let value = value.trim_ascii_end();
        let behind = trimmed(rest);
        let is_valid = is(FIRST, *key.first()?)
            && key.len() <= LONGEST_KEY
            && (1..=LONGEST_VALUE).contains(&value.len())
            && matches!(behind, [] | [b',', ..]);
        let whole = &list[..key.len() + 1 + value.len()];
        is_valid.then_some(Entry { key, value, whole, behind })
    }
}

/// The header value to send: our entry, if there is one, then those of others.
///
/// Our entry may be one too many; then the last one is dropped. The first one never is, so what the caller wrote stays.
pub(super) fn to_header_value(ours: Option<RemoteTrigger>, entries: Option<&str>) -> Option<HeaderValue> {
    let Some(ours) = ours else { return HeaderValue::from_str(entries?).ok() };
    let (entry, length) = ours.to_entry();
    let Some(entries) = entries else { return HeaderValue::from_bytes(&entry[..length]).ok() };
    let kept = entries.match_indices(',').nth(MOST_ENTRIES - 2).map_or(entries, |(end, _)| &entries[..end]);
    let mut value = Vec::with_capacity(length + 1 + kept.len());
    value.extend_from_slice(&entry[..length]);
    value.push(b',');
    value.extend_from_slice(kept.as_bytes());
    HeaderValue::try_from(value).ok()
}

/// Empty entries, and the blanks and tabs around entries, are allowed and do not count.
#[inline]
fn without_empty_entries(mut list: &[u8]) -> &[u8] {
    while let [b' ' | b'\t' | b',', rest @ ..] = list {
        list = rest;
    }
    list
}

/// What a byte may be in, as bits.
const FIRST: u8 = 1;
const KEY: u8 = 2;
const VALUE: u8 = 4;

static CLASSES: [u8; 256] = {
    let mut classes = [0; 256];
    let mut byte = 0x20_u8;
    while byte <= 0x7e {
        let is_first = byte.is_ascii_lowercase() || byte.is_ascii_digit();
        let is_in_key = is_first || matches!(byte, b'_' | b'-' | b'*' | b'/' | b'@');
        let is_in_value = byte != b',' && byte != b'=';
        classes[byte as usize] = (is_first as u8 * FIRST) | (is_in_key as u8 * KEY) | (is_in_value as u8 * VALUE);
        byte += 1;
    }
    classes
};

#[inline]
fn is(class: u8, byte: u8) -> bool {
    CLASSES[usize::from(byte)] & class != 0
}

#[inline]
fn split_where_not(class: u8, text: &[u8]) -> (&[u8], &[u8]) {
    text.split_at(text.iter().position(|byte| !is(class, *byte)).unwrap_or(text.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(values: &[&str]) -> Option<String> {
        let values: Vec<_> = values.iter().map(|value| HeaderValue::from_str(value).unwrap()).collect();
        let values: Vec<_> = values.iter().collect();
        TraceState::parse(&values).map(|state| state.entries.as_deref().unwrap_or_default().to_owned())
    }

    #[test]
    fn headers_are_combined_in_order_without_blanks_and_empty_entries() {
        assert_eq!(parsed(&["foo=1 \t , \t bar=2", "", ", ,baz= 3\t"]).as_deref(), Some("foo=1,bar=2,baz= 3"));
        assert_eq!(parsed(&["", " , "]).as_deref(), Some(""));
    }

    #[test]
    fn one_wrong_entry_drops_the_list() {
        for wrong in
            ["foo", "foo=", "=1", "foo =1", "FOO=1", "foo.bar=1", "@foo=1", "_foo=1", "foo=bar=baz", "foo=a\tb"]
        {
            assert_eq!(parsed(&[&format!("{wrong},bar=2")]), None, "{wrong}");
            assert_eq!(parsed(&["bar=2", wrong]), None, "{wrong}");
        }
        let not_ascii = HeaderValue::from_bytes(b"foo=\xe9").unwrap();
        assert_eq!(TraceState::parse(&[&not_ascii]), None);
    }

    #[test]
    fn keys_and_values_are_as_long_as_the_standard_allows() {
        let key = |length| parsed(&[&format!("{}=1", "z".repeat(length))]).is_some();
        assert_eq!((key(1), key(256), key(257)), (true, true, false));
        let value = |length| parsed(&[&format!("z={}", "1".repeat(length))]).is_some();
        assert_eq!((value(1), value(256), value(257)), (true, true, false));
    }

    #[test]
    fn more_than_32_entries_drop_the_list() {
        let entries = |count| (0..count).map(|n| format!("k{n}=1")).collect::<Vec<_>>().join(",");
        assert_eq!(parsed(&[&entries(32)]), Some(entries(32)));
        assert_eq!(parsed(&[&entries(33)]), None);
    }

    #[test]
    fn our_entry_comes_first_and_the_last_of_32_others_is_dropped() {
        let others = (0..32).map(|n| format!("k{n}=1")).collect::<Vec<_>>().join(",");
        let sent = to_header_value(Some(RemoteTrigger::here()), Some(&others)).unwrap();
        let sent: Vec<_> = sent.to_str().unwrap().split(',').map(str::to_owned).collect();
        assert_eq!(sent.len(), 32);
        assert!(sent[0].starts_with("ah="));
        assert_eq!((&*sent[1], &*sent[31]), ("k0=1", "k30=1"));
    }

    #[test]
    fn without_our_entry_all_others_are_sent() {
        let others = (0..32).map(|n| format!("k{n}=1")).collect::<Vec<_>>().join(",");
        assert_eq!(to_header_value(None, Some(&others)).unwrap(), &*others);
        assert_eq!(to_header_value(None, None), None);
    }

    #[test]
    fn our_own_entry_is_read_and_not_passed_on() {
        let value = HeaderValue::from_static("foo=1,ah=8f3c0d9a1b2e4f60-2a,bar=2,ah=wrong");
        let state = TraceState::parse(&[&value]).unwrap();
        assert_eq!(state.entries.as_deref(), Some("foo=1,bar=2"));
        assert_eq!(state.remote_trigger.unwrap().async_id().as_u64(), 0x2a);
    }
}
