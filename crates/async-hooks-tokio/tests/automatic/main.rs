//! A runtime whose tasks are all resources.
//!
//! Needs `--cfg tokio_unstable`; without it there is nothing to test here.

#![cfg(tokio_unstable)]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod context;
mod detached;
mod identity;
mod inherit;
mod runtimes;
mod tools;
