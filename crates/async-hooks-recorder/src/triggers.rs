//! Writes recordings into files when something happens: a panic, a slow resource, a signal.

pub(crate) mod directory;

pub(crate) mod dumper;

pub(crate) mod panics;

pub(crate) mod slow;

#[cfg(unix)]
pub(crate) mod signal;

pub(crate) mod dump_guard;
