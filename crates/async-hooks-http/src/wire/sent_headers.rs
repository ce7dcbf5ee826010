//! The values of the headers of a call.

use bytes::Bytes;
use http::HeaderValue;

use crate::wire::remote_trigger::{LONGEST_ENTRY, RemoteTrigger};
use crate::wire::traceparent::{LENGTH, TraceParent};
use crate::wire::tracestate;

/// The values of `traceparent` and `tracestate`.
pub(super) struct SentHeaders {
    pub(super) traceparent: Option<HeaderValue>,
    pub(super) tracestate: Option<HeaderValue>,
}

impl SentHeaders {
    /// Our entry of `tracestate` comes first, then those of others.
    #[inline]
    pub(super) fn new(parent: TraceParent, ours: Option<RemoteTrigger>, entries: Option<&str>) -> Self {
        match (ours, entries) {
            (Some(ours), None) => Self::in_one_allocation(parent, ours),
            _ => SentHeaders {
                traceparent: HeaderValue::from_bytes(&parent.to_text()).ok(),
                tracestate: tracestate::to_header_value(ours, entries),
            },
        }
    }

    #[inline]
    fn in_one_allocation(parent: TraceParent, ours: RemoteTrigger) -> Self {
        let (entry, length) = ours.to_entry();
        let mut both = [0; LENGTH + LONGEST_ENTRY];
        both[..LENGTH].copy_from_slice(&parent.to_text());
        both[LENGTH..].copy_from_slice(&entry);
        let mut traceparent = Bytes::from_owner(both);
        traceparent.truncate(LENGTH + length);
        let tracestate = traceparent.split_off(LENGTH);
        SentHeaders {
            traceparent: HeaderValue::from_maybe_shared(traceparent).ok(),
            tracestate: HeaderValue::from_maybe_shared(tracestate).ok(),
        }
    }
}
