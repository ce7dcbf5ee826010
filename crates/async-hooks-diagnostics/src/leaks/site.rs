//! Groups the living by what they have in common: kind, line and chain of triggers.

use std::collections::HashMap;
use std::time::Duration;

use async_hooks_core::runtime::dependency;
use async_hooks_core::{Location, Resource};

use crate::alive::chain::Chain;
use crate::alive::clock::Moment;
use crate::alive::record::Record;
use crate::alive::table::TABLE;
use crate::alive::trigger_chain::Trigger;

/// A copy of what a leak report needs of a living resource.
pub(crate) struct Alive {
    pub(crate) resource: Resource,
    pub(crate) born: Moment,
    trigger: Trigger,
    may_outlive: bool,
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

/// Living resources of one site, the oldest first.
pub(crate) struct LeakGroup {
    pub(crate) members: Vec<Alive>,
    /// The chain of the oldest.
    pub(crate) chain: Chain,
}

/// Copies the chosen resources of this generation and later ones.
///
/// `is_chosen` runs while a part of the table is locked, so it looks at the record and at nothing else.
pub(crate) fn gather(generation: u32, is_chosen: impl Fn(&Record) -> bool) -> Vec<Alive> {
    let copy = |record: &Record| Alive {
        resource: record.resource(),
        born: record.born(),
        trigger: record.trigger().clone(),
        may_outlive: record.may_outlive(),
    };
    let records = TABLE.records_since(generation, is_chosen);
    records.into_iter().map(|(_, record)| copy(&record)).collect()
}

/// Whether it is an orphan of the program whose trigger was destroyed at least `grace` ago.
///
/// What a dependency creates may outlive the request that caused it by design: a pooled connection, a background task. So may what
/// is created detached.
pub(crate) fn is_orphan_since(record: &Record, now: Moment, grace: Duration) -> bool {
    record.orphaned_at().is_some_and(|ended| now.since(ended) >= grace)
        && dependency(record.resource().location().file()).is_none()
}

/// Groups the resources by site.
pub(crate) fn by_site(mut alive: Vec<Alive>) -> HashMap<Site, LeakGroup> {
    alive.sort_unstable_by_key(|alive| (alive.born, alive.resource.async_id()));
    let mut groups = HashMap::new();
    for alive in alive {
        let chain = Chain::new(&alive.resource, &alive.trigger);
        let chain = if alive.may_outlive { chain.without_orphan() } else { chain };
        let group = groups.entry(Site::new(&alive.resource, &chain));
        group.or_insert_with(|| LeakGroup { members: Vec::new(), chain }).members.push(alive);
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

    /// The site without the difference between orphans and others.
    pub(crate) fn whether_orphaned_or_not(self) -> Site {
        Site { is_orphan: false, ..self }
    }
}
