//! The living resources: what is kept of each, which hooks keep it, and how it is listed.

pub(crate) mod clock;

pub(crate) mod trigger_chain;

pub(crate) mod ancestor;

pub(crate) mod task_runtime;

pub(crate) mod record;

pub(crate) mod thread_scopes;

pub(crate) mod shared_hook;

pub(crate) mod table;

pub(crate) mod watch;

pub(crate) mod within_future;

pub(crate) mod chain;

pub(crate) mod notes;

pub(crate) mod live_resource;

pub(crate) mod tree;

pub(crate) mod registry;
