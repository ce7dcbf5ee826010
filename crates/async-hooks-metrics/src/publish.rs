//! How counts get to the exporter.

pub(crate) mod series;

pub(crate) mod names;

pub(crate) mod source;
