//! What the program promises to people and to scripts.

#![allow(clippy::unwrap_used, reason = "a test that meets the impossible may stop there")]

mod answers;
mod failures;
mod program;
mod recorded;
