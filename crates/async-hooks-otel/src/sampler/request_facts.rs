//! What is known of a request that has ended.

use std::time::Duration;

use opentelemetry::TraceId;

use crate::ids::mix;

pub(crate) struct RequestFacts {
    pub(crate) duration: Duration,
    pub(crate) has_failed: bool,
    /// Something that it caused is still alive.
    pub(crate) has_leaked: bool,
    pub(crate) trace_id: TraceId,
    /// The trace id says that its last 7 bytes are random.
    pub(crate) is_random: bool,
}

const BITS: u32 = 56;

impl RequestFacts {
    /// A number below 2^56, evenly spread over traces.
    ///
    /// It is the same in every service if the trace id is random.
    pub(super) fn number(&self) -> u64 {
        let bytes = u128::from_be_bytes(self.trace_id.to_bytes());
        let (high, low) = ((bytes >> 64) as u64, bytes as u64);
        if self.is_random { low & ((1 << BITS) - 1) } else { mix(high ^ mix(low)) >> (64 - BITS) }
    }

    /// Whether it is one in `n`, by OpenTelemetry's rule: the number reaches a threshold.
    pub(super) fn is_one_in(&self, n: u32) -> bool {
        let all = 1_u64 << BITS;
        n != 0 && self.number() >= all - all / u64::from(n)
    }
}
