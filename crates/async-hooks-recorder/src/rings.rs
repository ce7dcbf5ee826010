//! Where events are written: chunks of words, which threads fill and a reader copies.
//!
//! ```text
//!   a thread ──▶ Writer ──▶ Chunk        its own: one writer, no lock, one store for most events
//!                  │ full
//!                  ▼
//!                Pool                    under a lock: gives the chunk back and takes another; the oldest is overwritten
//!                  ▲
//!   a reader ──────┘                     takes the list of chunks under the lock, and copies them without it
//! ```

pub(crate) mod word;

pub(crate) mod sites;

pub(crate) mod recent_labels;

pub(crate) mod chunk;

pub(crate) mod overwritten;

pub(crate) mod pool;

pub(crate) mod writer;

pub(crate) mod living;

pub(crate) mod thread_writers;

pub(crate) mod value;

pub(crate) mod slow_limits;

pub(crate) mod recording_rings;

pub(crate) mod attribute;

#[cfg(feature = "tracing")]
pub(crate) mod log_line;

pub(crate) mod names;

pub(crate) mod section_reader;

pub(crate) mod capture;
