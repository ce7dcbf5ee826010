//! Why a program does not exit: what is alive, and what it did last.

pub(crate) mod dump;

pub(crate) mod dumps;

#[cfg(unix)]
pub(crate) mod signal_dump;
