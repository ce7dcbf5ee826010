//! The hook that counts.
//!
//! A poll takes no lock: what it needs of its beginning is on its thread, and what it needs of its wake is in a table of atomics.

mod living;

mod open_polls;

mod pending_wakes;

pub(crate) mod counting_hook;
