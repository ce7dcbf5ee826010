//! How reports look: aligned text, colours where a terminal is, places and spans of time as people write them, JSON for machines.

pub(crate) mod palette;

pub(crate) mod span;

pub(crate) mod place;

pub(crate) mod name;

pub(crate) mod columns;

pub(crate) mod facts;

pub(crate) mod report;
