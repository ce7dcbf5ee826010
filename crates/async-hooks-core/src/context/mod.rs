//! The context: the value of every `AsyncLocal`, captured, inherited and made current.

pub(crate) mod depth;

pub(crate) mod mapping;

pub(crate) mod snapshot_call;

pub(crate) mod sink;

pub(crate) mod current;

pub(crate) mod entered;

pub(crate) mod level;

#[cfg(feature = "tokio")]
pub(crate) mod untracked;
#[cfg(not(feature = "tokio"))]
#[path = "no_runtime.rs"]
pub(crate) mod untracked;

pub(crate) mod setting;

pub(crate) mod set_in_copy;

pub(crate) mod inherit;

pub(crate) mod inheritance;

pub(crate) mod detaching;

pub(crate) mod foreign;

pub(crate) mod snapshot;

pub(crate) mod snapshot_future;

#[cfg(feature = "stream")]
pub(crate) mod snapshot_stream;

pub(crate) mod detached;
