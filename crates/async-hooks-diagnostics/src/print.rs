//! How reports look.
//!
//! Text is aligned, escaped and cut, coloured on a terminal, with short places and durations.

pub(crate) mod palette;

pub(crate) mod count;

pub(crate) mod short_location;

pub(crate) mod resource_name;

pub(crate) mod columns;

pub(crate) mod groups;

pub(crate) mod draw;

pub(crate) mod report;
