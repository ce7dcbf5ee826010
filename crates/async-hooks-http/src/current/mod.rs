//! What flows with a request through its tasks, futures and callbacks: its place in the trace, its id, its label, its baggage.

pub(crate) mod label;

pub(crate) mod flow;

pub(crate) mod queries;

pub(crate) mod run;

mod registry;

pub(crate) mod export;

pub(crate) mod import;
