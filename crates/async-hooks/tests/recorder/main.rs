//! Recordings of programs on tokio, whose causes are known.
//!
//! `programs` runs them, `causes` asks what their critical paths say, `agreement` compares recordings with an independent hook.

#![allow(clippy::unwrap_used, reason = "a test that meets the impossible may stop there")]

mod agreement;
mod causes;
