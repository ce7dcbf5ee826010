//! Where a value of an `AsyncLocal` got lost, and why it is missing here.

pub(crate) mod provenance;

pub(crate) mod loss_point;

pub(crate) mod missing_context;

pub(crate) mod context_loss;

pub(crate) mod context_loss_report;

pub(crate) mod watch_hook;

pub(crate) mod context_watch;

pub(crate) mod required;
