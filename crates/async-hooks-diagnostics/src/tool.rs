//! What all tools share: one way to be enabled and disabled, and to hold hooks meanwhile.

pub(crate) mod owned_hook;

pub(crate) mod enabled_tool;

pub(crate) mod switch;
