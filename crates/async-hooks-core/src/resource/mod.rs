//! Resources: operations with an id and a captured context, and their scopes.

pub(crate) mod lifecycle;

pub(crate) mod scope;

pub(crate) mod created;

pub(crate) mod async_resource;

mod polled;

pub(crate) mod builder;

pub(crate) mod callback;

pub(crate) mod future;

pub(crate) mod envelope;

pub mod thread;

#[cfg(feature = "stream")]
pub(crate) mod stream;
