//! Who is alive: what is noted of each resource, by whom, and what is told of it.

pub(crate) mod clock;

pub(crate) mod id_map;

pub(crate) mod lineage;

pub(crate) mod descent;

pub(crate) mod record;

pub(crate) mod running;

pub(crate) mod keeper;

pub(crate) mod table;

pub(crate) mod watch;

pub(crate) mod chain;

pub(crate) mod live_resource;

pub(crate) mod tree;

pub(crate) mod registry;
