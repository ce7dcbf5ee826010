//! Recipes whose counterparts are large or need a newer compiler.
//!
//! `cargo test --doc` compiles and runs them. `build.rs` takes them from the pages in `docs/recipes`.

#[doc = include_str!(concat!(env!("OUT_DIR"), "/servers.md"))]
pub mod servers {}

#[doc = include_str!(concat!(env!("OUT_DIR"), "/clients-and-stores.md"))]
pub mod clients_and_stores {}

#[doc = include_str!(concat!(env!("OUT_DIR"), "/logs-and-traces.md"))]
pub mod logs_and_traces {}
