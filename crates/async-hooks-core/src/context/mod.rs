//! What flows: the value of every `AsyncLocal`, as it is captured, inherited and made current.

pub(crate) mod mapping;

pub(crate) mod sink;

pub(crate) mod current;

pub(crate) mod inherit;

pub(crate) mod inheritance;

pub(crate) mod snapshot;

pub(crate) mod detached;
