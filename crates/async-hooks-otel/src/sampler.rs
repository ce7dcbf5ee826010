//! Which requests are exported.

pub(crate) mod request_facts;

pub(crate) mod tail_sampler;
