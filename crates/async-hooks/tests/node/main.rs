//! The scenarios of Node's own test suite for `async_hooks`: same events here.
//!
//! The number above a test names its scenario. Where this crate answers otherwise than Node on purpose, a line above the
//! test says so. Ids are compared with the ids of resources and never with numbers.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "clippy lets tests unwrap, but not what tests share")]

mod recorder;

mod told;

mod runtimes;

mod child;

mod timers;

mod invariants;

mod hooks;

mod resources;

mod ids;

mod lifecycle;

mod graphs;

mod panics;

mod locals;

mod locals_async;

mod snapshots;

mod tracing;
