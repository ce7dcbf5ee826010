//! Foreign contexts: what other libraries keep per thread, carried along with every local.
//!
//! ```text
//!   a resource, task or snapshot is created    captured::capture      a hidden value in its context
//!   it runs, or what it owns is dropped        captured::attach       guards, until it is left
//! ```

pub(crate) mod foreign_context;

pub(crate) mod carrier;

pub(crate) mod captured;

pub(crate) mod propagation;
