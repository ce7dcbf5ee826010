//! What a recorder promises.
//!
//! Recorders of all tests see the events of all tests: each test looks at its own resources.

#![allow(clippy::unwrap_used, reason = "a test that meets the impossible may stop there")]

mod hostile;
mod perfetto;
mod programs;
mod recorded;
#[cfg(feature = "report")]
mod reported;
