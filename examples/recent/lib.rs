//! Examples with crates that need a newer compiler than `async-hooks` does.
//!
//! The library holds the gRPC service of `tonic_service`, which `build.rs` writes from Rust.

/// What the client asks for.
#[derive(Clone, PartialEq, prost::Message)]
pub struct Order {
    /// What is ordered.
    #[prost(string, tag = "1")]
    pub what: String,
}

/// A step towards the order, and what the server knew while it made it.
#[derive(Clone, PartialEq, prost::Message)]
pub struct Step {
    /// What was done.
    #[prost(string, tag = "1")]
    pub what: String,
    /// The trace that the server was in.
    #[prost(string, tag = "2")]
    pub trace_id: String,
    /// The resource that had called, and its process.
    #[prost(string, tag = "3")]
    pub caller: String,
}

/// The client and the server that tonic writes.
#[allow(missing_docs, clippy::all, reason = "it is generated")]
pub mod wire {
    include!(concat!(env!("OUT_DIR"), "/shop.Orders.rs"));
}
