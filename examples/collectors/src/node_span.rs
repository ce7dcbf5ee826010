//! What Node has recorded.

use serde::{Deserialize, Serialize};

/// A span as Node has recorded it, with the headers that it has received or sent.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct NodeSpan {
    pub(crate) name: String,
    /// The number of OpenTelemetry's API: 1 server, 2 client.
    pub(crate) kind: u64,
    pub(crate) trace_id: String,
    pub(crate) span_id: String,
    pub(crate) parent_id: String,
    pub(crate) is_remote: bool,
    pub(crate) flags: u8,
    pub(crate) traceparent: String,
    pub(crate) tracestate: String,
}
