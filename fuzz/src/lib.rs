//! What the fuzz targets check of any bytes.
//!
//! A target in `targets/` calls one function of these modules.

pub mod headers;

pub mod recording;

pub mod commands;

pub mod reports;
