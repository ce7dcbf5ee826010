//! Why the program does not exit: what is alive, and what each last did.

pub(crate) mod dump;

pub(crate) mod dumps;

#[cfg(unix)]
pub(crate) mod signal_dump;
