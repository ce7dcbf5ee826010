//! What a recording holds: lifetimes, with polls, wakes and attributes.

pub(crate) mod id_hash;

pub(crate) mod text;

pub(crate) mod thread;

pub(crate) mod site;

pub(crate) mod poll_record;

pub(crate) mod wake_record;

pub(crate) mod attribute_record;

pub(crate) mod log_record;

pub(crate) mod gap;

pub(crate) mod lifetime;

pub(crate) mod children;

pub(crate) mod recording;

pub(crate) mod assembler;

pub(crate) mod thread_events;
