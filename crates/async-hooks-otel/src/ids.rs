//! Ids of spans and traces.
//!
//! A resource that has none of its own gets one that is computed from its async id and the process, so that every batch computes the
//! same.

use std::sync::LazyLock;

use async_hooks_core::AsyncId;
use async_hooks_http::ProcessTag;
use opentelemetry::{SpanId, TraceId};

/// Random for each process.
static PROCESS: LazyLock<u64> =
    LazyLock::new(|| u64::from_str_radix(&ProcessTag::current().to_string(), 16).unwrap_or_default());

pub(crate) fn span_id_of(id: AsyncId) -> SpanId {
    SpanId::from_bytes(word(id, 0).to_be_bytes())
}

/// The trace of a resource that begins one.
pub(crate) fn trace_id_of(id: AsyncId) -> TraceId {
    TraceId::from_bytes((u128::from(word(id, 1)) << 64 | u128::from(word(id, 2))).to_be_bytes())
}

/// Never zero: that would be no id.
fn word(id: AsyncId, number: u64) -> u64 {
    mix(*PROCESS ^ mix(id.as_u64().wrapping_add(number << 62))).max(1)
}

/// Spreads the bits of a number over all bits: splitmix64.
pub(crate) const fn mix(number: u64) -> u64 {
    let number = number.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let number = (number ^ number >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let number = (number ^ number >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
    number ^ number >> 31
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn ids_are_the_same_each_time_and_differ_between_resources() {
        let id = |number| AsyncId::from_u64(number).unwrap();
        assert_eq!(span_id_of(id(7)), span_id_of(id(7)));
        let spans = HashSet::<SpanId>::from_iter((1..10_000).map(|number| span_id_of(id(number))));
        let traces = HashSet::<TraceId>::from_iter((1..10_000).map(|number| trace_id_of(id(number))));
        assert_eq!((spans.len(), traces.len()), (9_999, 9_999));
    }
}
