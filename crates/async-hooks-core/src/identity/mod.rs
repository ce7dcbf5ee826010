//! Who: the number of a resource, what hooks learn about it, and which resource this thread executes.

pub(crate) mod id;

pub(crate) mod id_map;

pub(crate) mod location;

pub(crate) mod resource;

pub(crate) mod execution;
