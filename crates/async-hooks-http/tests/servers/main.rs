//! Requests of real servers over loopback: axum and hyper, HTTP/1.1 and HTTP/2.

#![allow(clippy::unwrap_used, reason = "a test that meets the impossible may stop there")]

#[path = "../recorder/mod.rs"]
mod recorder;
mod connection;
mod endings;
mod isolation;
mod hostile;
mod layers;
mod shutdown;
