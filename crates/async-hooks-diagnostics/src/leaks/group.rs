//! The living, gathered into groups that a person can read: same kind, same line, same chain of triggers.

use std::collections::HashMap;
use std::time::Duration;

use async_hooks_core::{Location, Resource};

use crate::alive::chain::Chain;
use crate::alive::clock::Moment;
use crate::alive::lineage::Trigger;
use crate::alive::record::Record;
use crate::alive::table::TABLE;

/// A copy of what a report needs of somebody who is alive.
pub(crate) struct Alive {
    pub(crate) resource: Resource,
    pub(crate) born: Moment,
    trigger: Trigger,
}

/// What the members of a group have in common.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(crate) struct Site {
    kind: &'static str,
    location: Location,
    is_orphan: bool,
    triggers: Vec<(&'static str, Location)>,
    is_cut: bool,
}

/// Some of the living, made at one place in one way.
pub(crate) struct Group {
    pub(crate) members: Vec<Alive>,
    /// The chain of the oldest.
    pub(crate) chain: Chain,
}

/// Copies of those that are chosen, of this generation and later ones. `is_chosen` runs while a part of the table is
/// locked: it may look at what it is given, and nothing else.
pub(crate) fn gather(generation: u32, is_chosen: impl Fn(&Record) -> bool) -> Vec<Alive> {
    let copy =
        |record: &Record| Alive { resource: record.resource(), born: record.born(), trigger: record.trigger().clone() };
    let records = TABLE.records_since(generation, is_chosen);
    records.into_iter().map(|(_, record)| copy(&record)).collect()
}

/// Whether what triggered it has been gone for so long.
pub(crate) fn is_orphan_since(record: &Record, now: Moment, grace: Duration) -> bool {
    let ended = record.trigger().link().and_then(|trigger| trigger.ended());
    ended.is_some_and(|ended| now.since(ended) >= grace)
}

/// The groups, by what their members have in common; in each the oldest is first.
pub(crate) fn by_site(mut alive: Vec<Alive>) -> HashMap<Site, Group> {
    alive.sort_unstable_by_key(|alive| (alive.born, alive.resource.async_id()));
    let mut groups = HashMap::new();
    for alive in alive {
        let chain = Chain::new(&alive.resource, &alive.trigger);
        let group = groups.entry(Site::new(&alive.resource, &chain));
        group.or_insert_with(|| Group { members: Vec::new(), chain }).members.push(alive);
    }
    groups
}

impl Site {
    fn new(resource: &Resource, chain: &Chain) -> Site {
        Site {
            kind: resource.kind(),
            location: resource.location(),
            is_orphan: chain.is_orphaned(),
            triggers: chain.sites().collect(),
            is_cut: chain.is_cut(),
        }
    }

    /// The same, whoever of the triggers is left.
    pub(crate) fn whether_orphaned_or_not(self) -> Site {
        Site { is_orphan: false, ..self }
    }
}
