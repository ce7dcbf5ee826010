//! Identity: the id and the description of a resource, and the resource that this thread executes.

pub(crate) mod id;

pub(crate) mod parse_async_id;

pub(crate) mod id_map;

pub(crate) mod location;

pub(crate) mod resource;

pub(crate) mod execution;

mod test_resource;
