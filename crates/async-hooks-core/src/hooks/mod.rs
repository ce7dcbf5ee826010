//! Hooks, the events they receive, and the one place that calls them.

pub(crate) mod events;

pub(crate) mod attribute_value;

pub(crate) mod hook;

mod shared_hook;

pub(crate) mod listener;

mod event_counts;

pub(crate) mod list;

pub(crate) mod cached_hooks;

pub(crate) mod thread_cache;

pub(crate) mod scopes;

pub(crate) mod members;

pub(crate) mod dispatch;

pub(crate) mod waker;

pub(crate) mod attribute;

pub(crate) mod handle;

mod closure_hook;

pub(crate) mod builder;

pub(crate) mod stores;
