//! Why a value is not there: where it was last, and who lost it.

pub(crate) mod provenance;

pub(crate) mod context_lost;

pub(crate) mod context_losses;

pub(crate) mod context_watch;

pub(crate) mod required;
