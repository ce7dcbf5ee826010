//! The headers of W3C Trace Context, and what is in them. Knows nothing of requests.

mod hex;

mod random;

pub(crate) mod fields;

pub(crate) mod parse_id_error;

pub(crate) mod trace_id;

pub(crate) mod span_id;

pub(crate) mod process_tag;

pub(crate) mod remote_trigger;

pub(crate) mod traceparent;

pub(crate) mod tracestate;

mod sent_headers;

pub(crate) mod trace_context;

pub(crate) mod attributes;
