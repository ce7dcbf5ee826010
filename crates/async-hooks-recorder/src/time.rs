//! The clock, and moments and stretches of time.

pub(crate) mod clock;

pub(crate) mod timestamp;

pub(crate) mod time_range;
