//! The interface for adapters, which core hides and may change in any release, is not reachable from here.
//!
//! ```
//! use async_hooks_core::runtime as _;
//! ```
//!
//! ```compile_fail,E0432
//! use async_hooks::runtime as _;
//! ```
