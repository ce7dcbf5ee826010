//! The header of W3C Baggage, and what is in it. Knows nothing of requests.

pub(crate) mod syntax;

pub(crate) mod list;

pub(crate) mod member;

#[expect(clippy::module_inception, reason = "a file is named by its noun")]
pub(crate) mod baggage;
