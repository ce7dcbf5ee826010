//! Every report as data for machines; the names of the fields are pinned by `tests/json.rs`.
//!
//! Durations are seconds, ids are numbers (0 for no trigger), and texts are not escaped: the data format does that.

mod parts;

mod alive;

mod leaks;

mod blocked;

mod context;

mod dropped;

mod tracking;
