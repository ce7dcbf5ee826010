//! Polls that keep their thread for too long, while they do and afterwards.

pub(crate) mod ticker;

pub(crate) mod early_ends;

#[cfg(feature = "tokio")]
mod worker;
#[cfg(not(feature = "tokio"))]
#[path = "blocked/no_worker.rs"]
mod worker;

#[cfg(all(tokio_unstable, feature = "tokio"))]
mod handover;
#[cfg(not(all(tokio_unstable, feature = "tokio")))]
#[path = "blocked/no_handover.rs"]
mod handover;

pub(crate) mod word;

pub(crate) mod scope_words;

pub(crate) mod thread_slot;

pub(crate) mod open_scopes;

pub(crate) mod blocked_poll;

pub(crate) mod timing;

pub(crate) mod blocked_polls_builder;

pub(crate) mod blocked_polls;
