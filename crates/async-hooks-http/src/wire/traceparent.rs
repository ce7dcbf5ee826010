//! The `traceparent` header.
//!
//! ```text
//!   00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01
//!   version
//!      trace-id                         parent-id        trace-flags
//! ```

use http::HeaderName;

use crate::wire::fields::Field;
use crate::wire::hex;
use crate::wire::span_id::SpanId;
use crate::wire::trace_id::TraceId;

pub(crate) const NAME: HeaderName = HeaderName::from_static("traceparent");

/// The trace is recorded.
pub(super) const SAMPLED: u8 = 0x01;

/// The last seven bytes of the trace id are uniformly random.
pub(super) const RANDOM: u8 = 0x02;

/// The length of a header of version 00.
pub(super) const LENGTH: usize = 55;

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
        // All digits at once, those of the ids where whole words begin.
        let mut digits = [b'0'; 64];
        digits[..32].copy_from_slice(&fields[3..35]);
        digits[32..48].copy_from_slice(&fields[36..52]);
        digits[48..50].copy_from_slice(&fields[..2]);
        digits[50..52].copy_from_slice(&fields[53..]);
        let are_dashes = (fields[2] ^ b'-') | (fields[35] ^ b'-') | (fields[52] ^ b'-') == 0;
        let (version, flags) = (&fields[..2], hex::value(fields[54]));
        let may_go_on = version != b"00" && rest.first() == Some(&b'-');
        if !hex::are_digits(&digits) || !are_dashes || version == b"ff" || !(rest.is_empty() || may_go_on) {
            return None;
        }
        Some(TraceParent {
            trace_id: TraceId::from_digits(fields[3..].first_chunk()?)?,
            span_id: SpanId::from_digits(fields[36..].first_chunk()?)?,
            flags: flags & (SAMPLED | RANDOM),
        })
    }

    /// The header value, of version 00.
    #[inline]
    pub(super) fn to_text(self) -> [u8; LENGTH] {
        let mut text = [b'-'; LENGTH];
        text[..2].copy_from_slice(b"00");
        text[3..35].copy_from_slice(self.trace_id.digits());
        text[36..52].copy_from_slice(self.span_id.digits());
        text[53..].copy_from_slice(&hex::encode::<1, 2>([self.flags]));
        text
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
