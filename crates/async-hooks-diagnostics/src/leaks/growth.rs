//! What grew between two moments.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::fmt;

use async_hooks_core::{Location, Resource};
use serde::Serialize;

use crate::alive::chain::Chain;
use crate::leaks::group::{Alive, Group, Site, by_site};
use crate::print::columns::{Cell, Columns};
use crate::print::palette::{Painted, Palette};
use crate::print::place::Place;
use crate::print::report::{Counted, Grouped, Report};

/// How many were alive of everything, at one moment; made by [`LeakDetector::snapshot`](crate::LeakDetector::snapshot).
///
/// It is numbers: nothing is kept alive by it.
#[derive(Clone, Debug)]
#[must_use = "a snapshot is to be compared with by `since`"]
pub struct LeakSnapshot {
    counts: HashMap<Site, usize>,
}

impl LeakSnapshot {
    pub(crate) fn new(alive: Vec<Alive>) -> LeakSnapshot {
        let counts = groups(alive).into_iter().map(|(site, group)| (site, group.members.len()));
        LeakSnapshot { counts: counts.collect() }
    }
}

/// Whether something is orphaned may change while it lives, and must not make it look new.
fn groups(alive: Vec<Alive>) -> HashMap<Site, Group> {
    let mut groups = HashMap::<Site, Group>::new();
    for (site, mut group) in by_site(alive) {
        let known = groups.remove(&site.clone().whether_orphaned_or_not());
        group.members.extend(known.into_iter().flat_map(|known| known.members));
        groups.insert(site.whether_orphaned_or_not(), group);
    }
    groups
}

/// Of which there are more now than there were.
///
/// Made by [`LeakDetector::since`](crate::LeakDetector::since).
#[derive(Clone, Debug, Serialize)]
pub struct Grown {
    kind: &'static str,
    location: Place,
    before: usize,
    now: usize,
    #[serde(flatten)]
    chain: Chain,
}

impl Grown {
    /// What they are: `"tokio::task"`.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        self.kind
    }

    /// The line that created them.
    #[must_use]
    pub fn location(&self) -> Location {
        self.location.0
    }

    /// How many there were.
    #[must_use]
    pub fn before(&self) -> usize {
        self.before
    }

    /// How many there are.
    #[must_use]
    pub fn now(&self) -> usize {
        self.now
    }

    /// The triggers of one of them, nearest first.
    #[must_use]
    pub fn chain(&self) -> &[Resource] {
        self.chain.triggers()
    }

    fn growth(&self) -> usize {
        self.now.saturating_sub(self.before)
    }
}

/// What grew since a snapshot, the most first. What shrank or stayed is not in it.
///
/// # Examples
///
/// ```
/// use async_hooks_core::AsyncResource;
/// use async_hooks_diagnostics::LeakDetector;
///
/// let detector = LeakDetector::builder().build();
/// detector.enable();
/// let before = detector.snapshot();
/// let _kept: Vec<_> = (0..3).map(|_| AsyncResource::new("query")).collect();
///
/// let growth = detector.since(&before);
/// let grown = growth.groups().iter().find(|grown| grown.kind() == "query").unwrap();
/// assert_eq!((grown.before(), grown.now()), (0, 3));
/// ```
#[derive(Clone, Debug, Serialize)]
#[must_use = "a report says what grew"]
pub struct Growth {
    groups: Vec<Grown>,
}

impl Growth {
    pub(crate) fn new(snapshot: &LeakSnapshot, alive: Vec<Alive>) -> Growth {
        let grown = groups(alive).into_iter().filter_map(|(site, group)| {
            let resource = group.members.first()?.resource;
            let before = snapshot.counts.get(&site).copied().unwrap_or_default();
            let (kind, location) = (resource.kind(), Place(resource.location()));
            Some(Grown { kind, location, before, now: group.members.len(), chain: group.chain })
        });
        let mut groups = Vec::from_iter(grown.filter(|grown| grown.now > grown.before));
        groups.sort_by_cached_key(|grown| (Reverse(grown.growth()), grown.location.to_string()));
        Growth { groups }
    }

    /// Whether nothing grew.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.groups.is_empty()
    }

    /// What grew, the most first.
    #[must_use]
    pub fn groups(&self) -> &[Grown] {
        &self.groups
    }
}

impl fmt::Display for Growth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_empty() {
            return writeln!(f, "nothing grew");
        }
        let palette = Palette::of(f);
        let total = self.groups.iter().map(Grown::growth).sum();
        let heading = format!("{} more in {}", Grouped(total), Counted(self.groups.len(), "group"));
        writeln!(f, "{}", Painted(palette.heading, heading))?;
        let mut columns = Columns::default();
        for grown in &self.groups {
            columns.push(vec![
                Cell::number(palette.count, format_args!("+{}", Grouped(grown.growth()))),
                Cell::text(palette.faint, format_args!("{} → {}", Grouped(grown.before), Grouped(grown.now))),
                Cell::text(palette.kind, grown.kind),
                Cell::text(palette.place, grown.location),
            ]);
        }
        let indent = columns.start_of(1) + 2;
        for (grown, line) in self.groups.iter().zip(columns.lines()) {
            writeln!(f, "\n  {line}")?;
            grown.chain.write_below(f, indent)?;
        }
        Ok(())
    }
}

impl Report for Growth {}
