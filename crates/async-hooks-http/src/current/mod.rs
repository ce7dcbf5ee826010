//! What flows with a request through its tasks, futures and callbacks.

mod recent_labels;

pub(crate) mod text;

pub(crate) mod flow;

pub(crate) mod queries;

pub(crate) mod run;

mod registry;

pub(crate) mod export;

pub(crate) mod import;
