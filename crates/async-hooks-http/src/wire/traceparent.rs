//! The `traceparent` header.
//!
//! ```text
//!   00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01
//!   version
//!      trace-id                         parent-id        trace-flags
//! ```

use http::{HeaderName, HeaderValue};

use crate::wire::fields::Field;
use crate::wire::hex::{self, DIGITS};
use crate::wire::span_id::SpanId;
use crate::wire::trace_id::TraceId;

pub(crate) const NAME: HeaderName = HeaderName::from_static("traceparent");

/// The trace is recorded.
pub(super) const SAMPLED: u8 = 0x01;

/// The last seven bytes of the trace id are uniformly random.
pub(super) const RANDOM: u8 = 0x02;

const LENGTH: usize = 55;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TraceParent {
    pub(super) trace_id: TraceId,
    pub(super) span_id: SpanId,
    /// Only the known flags: all others must be sent as zero.
    pub(super) flags: u8,
}

impl TraceParent {
    /// Parses the header. `None` if there is none, or more than one.
    #[inline]
    pub(super) fn from_field(field: Field<'_>) -> Option<Self> {
        Self::parse(trimmed(field.only()?.as_bytes()))
    }

    /// Parses a header value.
    ///
    /// That of a higher version may go on behind the flags, and what does is dropped.
    #[inline]
    pub(super) fn parse(value: &[u8]) -> Option<Self> {
        let (fields, rest) = value.split_first_chunk::<LENGTH>()?;
        let has_dashes = fields[2] == b'-' && fields[35] == b'-' && fields[52] == b'-';
        // All fields are decoded at once, in another order: the ids begin where whole words do.
        let mut digits = [b'0'; DIGITS];
        digits[..32].copy_from_slice(&fields[3..35]);
        digits[32..48].copy_from_slice(&fields[36..52]);
        digits[48..50].copy_from_slice(&fields[..2]);
        digits[50..52].copy_from_slice(&fields[53..]);
        let bytes = hex::decode(&digits).filter(|_| has_dashes)?;
        let (version, flags) = (bytes[24], bytes[25]);
        let may_go_on = version != 0 && rest.first() == Some(&b'-');
        if version == 0xff || !(rest.is_empty() || may_go_on) {
            return None;
        }
        Some(TraceParent {
            trace_id: TraceId::from_bytes(*bytes.first_chunk()?)?,
            span_id: SpanId::from_bytes(*bytes[16..].first_chunk()?)?,
            flags: flags & (SAMPLED | RANDOM),
        })
    }

    /// The header value, of version 00.
    #[inline]
    pub(super) fn to_text(self) -> [u8; LENGTH] {
        let mut text = [b'-'; LENGTH];
        text[..2].copy_from_slice(b"00");
        text[3..35].copy_from_slice(&self.trace_id.to_hex());
        text[36..52].copy_from_slice(&self.span_id.to_hex());
        hex::encode(&[self.flags], &mut text[53..]);
        text
    }

    #[inline]
    pub(super) fn to_header_value(self) -> Option<HeaderValue> {
        HeaderValue::from_bytes(&self.to_text()).ok()
    }
}

/// Without the blanks and tabs around it.
#[inline]
pub(super) fn trimmed(mut value: &[u8]) -> &[u8] {
    while let [b' ' | b'\t', rest @ ..] = value {
        value = rest;
    }
    while let [rest @ .., b' ' | b'\t'] = value {
        value = rest;
    }
    value
}
