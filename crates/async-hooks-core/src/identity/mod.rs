//! Identity: ids, descriptions of resources, and the executing resource of a thread.

mod id_blocks;

pub(crate) mod id;

pub(crate) mod parse_async_id;

pub(crate) mod id_map;

pub(crate) mod location;

pub(crate) mod dependency;

pub(crate) mod resource;

pub(crate) mod execution;

mod test_resource;

#[cfg(feature = "serde")]
mod serialize;
