//! What grew between two moments.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::fmt;

use async_hooks_core::{Location, Resource};
use async_hooks_tools::Escaped;

use crate::alive::chain::Chain;
use crate::leaks::site::{Alive, LeakGroup, Site, by_site};
use crate::print::columns::Cell;
use crate::print::count::{Counted, Grouped};
use crate::print::draw::Draw;
use crate::print::groups::{Group, write_groups};
use crate::print::palette::{PLAIN, Painted, Palette};
use crate::print::report::Report;
use crate::print::short_location::ShortLocation;

/// The number of living resources of each site at one moment.
///
/// [`LeakDetector::snapshot`](crate::LeakDetector::snapshot) makes it. It holds numbers only, and keeps nothing alive.
///
/// # Examples
///
/// ```
/// use async_hooks_diagnostics::LeakDetector;
///
/// let detector = LeakDetector::builder().build();
/// detector.enable();
/// let snapshot = detector.snapshot();
/// assert!(detector.since(&snapshot).is_empty());
/// ```
#[derive(Clone, Debug)]
#[must_use = "a snapshot is compared with by `since`"]
pub struct LeakSnapshot {
    counts: HashMap<Site, usize>,
}

impl LeakSnapshot {
    pub(crate) fn new(alive: Vec<Alive>) -> LeakSnapshot {
        let counts = groups(alive).into_iter().map(|(site, group)| (site, group.members.len()));
        LeakSnapshot { counts: counts.collect() }
    }
}

/// A resource may become an orphan while it lives, which must not make it look new.
fn groups(alive: Vec<Alive>) -> HashMap<Site, LeakGroup> {
    let mut groups = HashMap::<Site, LeakGroup>::new();
    for (site, mut group) in by_site(alive) {
        let known = groups.remove(&site.clone().whether_orphaned_or_not());
        group.members.extend(known.into_iter().flat_map(|known| known.members));
        groups.insert(site.whether_orphaned_or_not(), group);
    }
    groups
}

/// Resources of one kind, line and chain of triggers that became more.
///
/// [`GrowthReport::groups`] returns them.
///
/// # Examples
///
/// ```
/// use async_hooks_core::AsyncResource;
/// use async_hooks_diagnostics::LeakDetector;
///
/// let detector = LeakDetector::builder().build();
/// detector.enable();
/// let request = AsyncResource::new("request");
/// let query = || request.run_in_async_scope(|| AsyncResource::new("query"));
/// let first = query();
/// let before = detector.snapshot();
/// let _more = [query(), query()];
///
/// let report = detector.since(&before);
/// let [growth] = report.groups() else { panic!("{report}") };
/// assert_eq!((growth.kind(), growth.before(), growth.now()), ("query", 1, 3));
/// assert_eq!((growth.location(), growth.chain()), (first.resource().location(), &[request.resource()][..]));
/// ```
#[derive(Clone, Debug)]
pub struct Growth {
    kind: &'static str,
    location: Location,
    before: usize,
    now: usize,
    pub(crate) chain: Chain,
}

impl Growth {
    /// The kind of the resources: `"tokio::task"`.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        self.kind
    }

    /// The line that created them.
    #[must_use]
    pub fn location(&self) -> Location {
        self.location
    }

    /// The number of them in the snapshot.
    #[must_use]
    pub fn before(&self) -> usize {
        self.before
    }

    /// The number of them now.
    #[must_use]
    pub fn now(&self) -> usize {
        self.now
    }

    /// The triggers of one of them, nearest first.
    #[must_use]
    pub fn chain(&self) -> &[Resource] {
        self.chain.triggers()
    }

    fn difference(&self) -> usize {
        self.now.saturating_sub(self.before)
    }
}

impl Group for Growth {
    fn size(&self) -> usize {
        self.difference()
    }

    fn kind(&self) -> &'static str {
        Growth::kind(self)
    }

    fn place(&self) -> Location {
        self.location()
    }

    fn row(&self, palette: &Palette) -> Vec<Cell> {
        vec![
            Cell::number(palette.count, format_args!("+{}", Grouped(self.difference()))),
            Cell::text(palette.faint, format_args!("{} → {}", Grouped(self.before), Grouped(self.now))),
            Cell::text(palette.kind, Escaped(self.kind)),
            Cell::text(palette.place, ShortLocation(self.location)),
        ]
    }

    fn write_below(&self, f: &mut fmt::Formatter<'_>, palette: &Palette, indent: usize) -> fmt::Result {
        self.chain.write(f, palette, indent)
    }
}

/// What grew since a snapshot, the largest difference first.
///
/// What shrank or stayed is left out.
///
/// [`LeakDetector::since`](crate::LeakDetector::since) returns it.
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
/// assert!(detector.since(&before).is_empty());
///
/// let _kept = [(); 3].map(|()| AsyncResource::new("query"));
/// let report = detector.since(&before);
/// assert_eq!((report.groups()[0].kind(), report.groups()[0].now()), ("query", 3));
/// ```
#[derive(Clone, Debug)]
#[must_use = "a report says what grew"]
pub struct GrowthReport {
    groups: Vec<Growth>,
}

impl GrowthReport {
    pub(crate) fn new(snapshot: &LeakSnapshot, alive: Vec<Alive>) -> GrowthReport {
        let growths = groups(alive).into_iter().filter_map(|(site, group)| {
            let resource = group.members.first()?.resource;
            let before = snapshot.counts.get(&site).copied().unwrap_or_default();
            let (kind, location) = (resource.kind(), resource.location());
            Some(Growth { kind, location, before, now: group.members.len(), chain: group.chain })
        });
        let mut groups = Vec::from_iter(growths.filter(|growth| growth.now > growth.before));
        groups.sort_by_cached_key(|growth| (Reverse(growth.difference()), growth.location.to_string()));
        GrowthReport { groups }
    }

    /// Whether nothing grew.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.groups.is_empty()
    }

    /// What grew, the largest difference first.
    #[must_use]
    pub fn groups(&self) -> &[Growth] {
        &self.groups
    }
}

impl Draw for GrowthReport {
    fn draw(&self, f: &mut fmt::Formatter<'_>, palette: &Palette) -> fmt::Result {
        if self.is_empty() {
            return writeln!(f, "nothing grew");
        }
        let total = self.groups.iter().map(Growth::difference).sum();
        let heading = format!("{} more in {}", Grouped(total), Counted(self.groups.len(), "group"));
        writeln!(f, "{}", Painted(palette.heading, heading))?;
        write_groups(f, palette, &self.groups)
    }
}

impl fmt::Display for GrowthReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.draw(f, &PLAIN)
    }
}

impl Report for GrowthReport {}
