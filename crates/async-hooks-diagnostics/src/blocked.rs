//! What keeps its thread for too long, while it does and afterwards.

pub(crate) mod patrol;

pub(crate) mod open_scopes;

pub(crate) mod blocked_poll;

pub(crate) mod blocked_polls;
