//! What is dropped before it is done, and by whom.

pub(crate) mod cancellation;

pub(crate) mod cancelled;

pub(crate) mod creation_site;

pub(crate) mod cancellations;
