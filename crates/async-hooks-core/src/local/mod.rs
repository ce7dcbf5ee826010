//! `AsyncLocal`: a variable whose value is part of the context.

pub(crate) mod key;

pub(crate) mod scoped;

pub(crate) mod future;

pub(crate) mod guard;

#[allow(clippy::module_inception, reason = "`AsyncLocal` is what the folder is named after")]
pub(crate) mod local;

pub(crate) mod into_value;

pub(crate) mod setting;

pub(crate) mod hook_scope;

#[cfg(feature = "stream")]
pub(crate) mod stream;
