//! What holds with no hook enabled.

#![allow(clippy::unwrap_used, reason = "a test that meets the impossible may stop there")]

#[path = "../runtimes/mod.rs"]
mod runtimes;

mod context;
mod detached;
mod drop_order;
mod enter_with;
mod freed;
mod identity;
mod inherit;
mod join_set;
mod location;
mod result;
mod task_builder;
mod tools;
mod worker_thread;
