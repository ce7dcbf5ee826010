//! Runs the models of protocols between threads, in many orders of the threads' steps.
//!
//! A model is a test beside its protocol, and is there with `--cfg async_hooks_model` alone, as everything in here. `cargo xtask prove
//! model` runs all models for long, `cargo xtask test` for a few seconds.

#[cfg(async_hooks_model)]
mod steps;

#[cfg(async_hooks_model)]
mod words;

#[cfg(async_hooks_model)]
pub use loom;
#[cfg(async_hooks_model)]
pub use steps::{Steps, at_once, explore};
#[cfg(async_hooks_model)]
pub use words::explore_words;
