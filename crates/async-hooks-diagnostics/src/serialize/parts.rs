//! What several reports have in common.

use async_hooks_core::{AsyncId, Location, Resource};
use serde::{Serialize, Serializer};

use crate::alive::chain::Chain;
use crate::tool::label_counts::LabelCounts;

/// A resource: its ids, its kind and its location.
#[derive(Serialize)]
pub(super) struct ResourceFields {
    async_id: u64,
    trigger_async_id: u64,
    kind: &'static str,
    location: LocationFields,
}

impl From<&Resource> for ResourceFields {
    fn from(resource: &Resource) -> ResourceFields {
        ResourceFields {
            async_id: resource.async_id().as_u64(),
            trigger_async_id: resource.trigger_async_id().map_or(0, AsyncId::as_u64),
            kind: resource.kind(),
            location: resource.location().into(),
        }
    }
}

#[derive(Serialize)]
pub(super) struct LocationFields {
    file: &'static str,
    line: u32,
    column: u32,
}

impl From<Location> for LocationFields {
    fn from(location: Location) -> LocationFields {
        LocationFields { file: location.file(), line: location.line(), column: location.column() }
    }
}

/// The triggers of a resource, nearest first.
#[derive(Serialize)]
pub(super) struct ChainFields {
    triggers: Vec<ResourceFields>,
    is_cut: bool,
    is_orphaned: bool,
}

impl From<&Chain> for ChainFields {
    fn from(chain: &Chain) -> ChainFields {
        let triggers = chain.triggers().iter().map(ResourceFields::from).collect();
        ChainFields { triggers, is_cut: chain.is_cut(), is_orphaned: chain.is_orphaned() }
    }
}

/// Labels as a map to their numbers.
pub(super) struct LabelMap<'a>(pub(super) &'a LabelCounts);

impl Serialize for LabelMap<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter())
    }
}
