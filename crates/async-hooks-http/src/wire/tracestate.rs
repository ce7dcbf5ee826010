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
        let mut entries = String::with_capacity(length(values)?);
        let mut remote_trigger = None;
        for (key, value, entry) in list(values).filter_map(split) {
            if key == remote_trigger::KEY {
                remote_trigger = remote_trigger.or_else(|| RemoteTrigger::parse(value));
            } else {
                let comma = if entries.is_empty() { "" } else { "," };
                entries.extend([comma, std::str::from_utf8(entry).ok()?]);
            }
        }
        let entries = (!entries.is_empty()).then(|| entries.into());
        Some(TraceState { entries, remote_trigger })
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

/// The entries of all headers; empty ones are allowed, and do not count.
fn list<'a>(values: &'a [&'a HeaderValue]) -> impl Iterator<Item = &'a [u8]> {
    let entries = values.iter().flat_map(|value| value.as_bytes().split(|byte| *byte == b','));
    entries.map(trimmed).filter(|entry| !entry.is_empty())
}

/// How long the list is once combined. `None` if it is too long, or an entry is wrong.
fn length(values: &[&HeaderValue]) -> Option<usize> {
    let mut length = 0;
    for (index, entry) in list(values).enumerate() {
        split(entry).filter(|(key, value, _)| index < MOST_ENTRIES && is_key(key) && is_value(value))?;
        length += entry.len() + 1;
    }
    Some(length)
}

/// The key, the value and the whole of an entry.
fn split(entry: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    let key = entry.iter().position(|byte| *byte == b'=')?;
    Some((&entry[..key], &entry[key + 1..], entry))
}

fn is_key(key: &[u8]) -> bool {
    let [first, rest @ ..] = key else { return false };
    let is_first = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let is_rest = |byte: &u8| is_first(*byte) || matches!(byte, b'_' | b'-' | b'*' | b'/' | b'@');
    is_first(*first) && rest.len() < LONGEST_KEY && rest.iter().all(is_rest)
}

/// A blank at the end belongs to the list, so the entry has come without it.
fn is_value(value: &[u8]) -> bool {
    let is_inside = |byte: &u8| matches!(byte, 0x20..=0x7e) && *byte != b',' && *byte != b'=';
    !value.is_empty() && value.len() <= LONGEST_VALUE && value.iter().all(is_inside)
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
