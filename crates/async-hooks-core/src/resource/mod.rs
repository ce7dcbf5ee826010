//! Who enters: resources, and what calls, polls and callbacks do inside them.

pub(crate) mod lifecycle;

pub(crate) mod scope;

pub(crate) mod async_resource;

pub(crate) mod builder;

pub(crate) mod callback;

pub(crate) mod future;
