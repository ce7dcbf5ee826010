//! Requests that are served.

mod options;

mod request_id_header;

mod attributes;

mod received;

mod ending;

pub(crate) mod request_body;

pub(crate) mod request_future;

pub(crate) mod request_service;

pub(crate) mod request_layer;
