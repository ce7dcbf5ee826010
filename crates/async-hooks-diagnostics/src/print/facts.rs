//! What machines are told of a resource.

use async_hooks_core::{AsyncId, Resource};
use serde::{Serialize, Serializer};

use crate::print::place::Place;

/// A resource as JSON has it: ids as numbers, 0 for no trigger.
#[derive(Serialize)]
pub(crate) struct Facts {
    async_id: u64,
    trigger_async_id: u64,
    kind: &'static str,
    location: Place,
}

impl From<&Resource> for Facts {
    fn from(resource: &Resource) -> Facts {
        Facts {
            async_id: resource.async_id().as_u64(),
            trigger_async_id: resource.trigger_async_id().map_or(0, AsyncId::as_u64),
            kind: resource.kind(),
            location: Place(resource.location()),
        }
    }
}

/// For `#[serde(serialize_with = …)]`.
pub(crate) fn of_one<S: Serializer>(resource: &Resource, serializer: S) -> Result<S::Ok, S::Error> {
    Facts::from(resource).serialize(serializer)
}

/// For `#[serde(serialize_with = …)]`.
pub(crate) fn of_all<S: Serializer>(resources: &[Resource], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(resources.iter().map(Facts::from))
}
