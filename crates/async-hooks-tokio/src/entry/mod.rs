//! What the attribute macros expand to. Hidden, and without a promise of stability.
//!
//! Builders of runtimes that track all their tasks, where the build can.

mod current_thread;

#[cfg(not(target_family = "wasm"))]
mod multi_thread;

pub use crate::unhandled_panic::{UnhandledPanic, unhandled_panic};
pub use current_thread::current_thread;
#[cfg(not(target_family = "wasm"))]
pub use multi_thread::multi_thread;
