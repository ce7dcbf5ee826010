//! How reports look: aligned text, colours on a terminal, short places and durations, and nothing that drives a terminal.

pub(crate) mod palette;

pub(crate) mod escaped;

pub(crate) mod count;

pub(crate) mod human_duration;

pub(crate) mod short_location;

pub(crate) mod resource_name;

pub(crate) mod columns;

pub(crate) mod groups;

pub(crate) mod draw;

pub(crate) mod report;
