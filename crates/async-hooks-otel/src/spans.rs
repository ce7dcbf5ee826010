//! How recorded lifetimes become spans.
//!
//! ```text
//!   Recording ──▶ TraceMap ──▶ SpanBuilder ──▶ SpanData
//!                 who is in the trace of which root
//!                    ▲
//!   Collector ───────┘         decides about roots that have ended, and keeps those of which something is still alive
//! ```

pub(crate) mod attributes;

pub(crate) mod figures;

pub(crate) mod clock_offset;

pub(crate) mod root;

mod members;

pub(crate) mod trace_map;

pub(crate) mod span_builder;

pub(crate) mod collector;

pub(crate) mod collector_thread;
