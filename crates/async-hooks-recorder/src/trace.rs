//! Recordings as Perfetto traces: how they are written, and read again.
//!
//! The wire format is protobuf's, written by hand: a trace is a list of packets, and each packet names its *sequence*. Texts are
//! interned for each sequence, and times count from the previous packet of it. A recording has a sequence for each thread, with
//! the polls on the thread's track, one for the resources, and small ones for the rest:
//!
//! ```text
//!   process        the first packet: says that this is a recording
//!   resources      a track each, below the trigger's, or lanes: BEGIN at the start, END at the end; counters of who is alive
//!   thread 1..n    polls as slices; spawn, wake, attribute, log as instants; flows from spawn and wake to the poll that follows
//!   gaps           a track each
//!   end            the last packet: the interval, what was lost
//! ```

pub(crate) mod schema;

pub(crate) mod message;

pub(crate) mod tracks;

pub(crate) mod error;

pub(crate) mod sequence;

pub(crate) mod levels;

pub(crate) mod lanes;

pub(crate) mod layout;

pub(crate) mod alive_counts;

pub(crate) mod write_resources;

pub(crate) mod thread_order;

pub(crate) mod write_threads;

pub(crate) mod write;

pub(crate) mod fields;

pub(crate) mod packet;

pub(crate) mod notes;

pub(crate) mod input;

pub(crate) mod interned;

pub(crate) mod reader;

pub(crate) mod read;
