//! Calls to other services.

pub(crate) mod inject;

pub(crate) mod client_service;

pub(crate) mod client_layer;
