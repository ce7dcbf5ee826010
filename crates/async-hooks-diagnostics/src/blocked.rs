//! Polls that keep their thread for too long, while they do and afterwards.

pub(crate) mod ticker;

pub(crate) mod early_ends;

pub(crate) mod thread_slot;

pub(crate) mod open_scopes;

pub(crate) mod blocked_poll;

pub(crate) mod timing;

pub(crate) mod blocked_polls;
