//! Futures that are dropped before they are done, and what drops them.

pub(crate) mod cancellation;

pub(crate) mod cancelled_group;

pub(crate) mod cancellation_report;

pub(crate) mod creation_site;

pub(crate) mod unresolved;

pub(crate) mod cancellations;
