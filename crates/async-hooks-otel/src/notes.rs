//! What the recorder does not know: for which request something was created.

pub(crate) mod names;

pub(crate) mod root_kinds;

pub(crate) mod begun_roots;

pub(crate) mod noting_hook;
