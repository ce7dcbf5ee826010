//! What all tools share: how they are enabled, and how they run code of the program.

pub(crate) mod callback;

pub(crate) mod label_counts;

pub(crate) mod ignore;

pub(crate) mod owned_hook;

pub(crate) mod enabled_tool;

pub(crate) mod reach;

pub(crate) mod switch;
