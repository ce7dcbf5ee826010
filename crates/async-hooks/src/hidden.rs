//! The interface for adapters is not reachable from here.
//!
//! Core hides it, and may change it in any release.
//!
//! ```
//! use async_hooks_core::runtime as _;
//! ```
//!
//! ```compile_fail,E0432
//! use async_hooks::runtime as _;
//! ```
