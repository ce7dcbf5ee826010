//! Futures that were dropped before they were done, in groups.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::fmt;

use async_hooks_core::{Location, Resource};

use crate::alive::chain::Chain;
use crate::dropped::cancellation::{CancelCause, Cancellation};
use crate::print::columns::Cell;
use crate::print::count::{Counted, Grouped};
use crate::print::draw::Draw;
use crate::print::escaped::Escaped;
use crate::print::groups::{Group, write_groups};
use crate::print::human_duration::HumanDuration;
use crate::print::palette::{PLAIN, Painted, Palette};
use crate::print::report::Report;
use crate::print::short_location::ShortLocation;
use crate::tool::label_counts::LabelCounts;

/// Futures of one kind, created at one line, that ended in one way by one kind of resource.
///
/// [`CancellationReport::groups`] returns them.
///
/// # Examples
///
/// ```
/// use async_hooks_core::FutureExt as _;
/// use async_hooks_diagnostics::Cancellations;
///
/// let cancellations = Cancellations::builder().assume_futures("query").build();
/// cancellations.enable();
/// for _ in 0..3 {
///     drop(async {}.in_async_resource("query"));
/// }
/// let report = cancellations.report();
/// let [group] = report.groups() else { panic!("{report}") };
/// assert_eq!((group.kind(), group.count()), ("query", 3));
/// ```
#[derive(Clone, Debug)]
pub struct CancelledGroup {
    count: usize,
    pub(crate) labels: LabelCounts,
    pub(crate) latest: Cancellation,
}

impl CancelledGroup {
    pub(crate) fn new(first: Cancellation) -> CancelledGroup {
        let mut group = CancelledGroup { count: 1, labels: LabelCounts::default(), latest: first };
        group.count_label();
        group
    }

    /// Adds one, and returns the latest one until now.
    ///
    /// The caller drops that outside its lock: its chain may hold many links.
    #[must_use]
    pub(crate) fn add(&mut self, latest: Cancellation) -> Cancellation {
        self.count += 1;
        let previous = std::mem::replace(&mut self.latest, latest);
        self.count_label();
        previous
    }

    fn count_label(&mut self) {
        if let Some(label) = self.latest.shared_label() {
            self.labels.add(label);
        }
    }

    /// The number of futures.
    #[must_use]
    pub fn count(&self) -> usize {
        self.count
    }

    /// Their kind: `"tokio::task"`.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        self.latest.resource().kind()
    }

    /// The line that created them.
    #[must_use]
    pub fn location(&self) -> Location {
        self.latest.resource().location()
    }

    /// How they ended.
    #[must_use]
    pub fn ending(&self) -> CancelCause {
        self.latest.ending()
    }

    /// The resource that executed when the latest was dropped; kind `"root"` if none did.
    #[must_use]
    pub fn by(&self) -> Resource {
        self.latest.by()
    }

    /// The triggers of the latest, nearest first; at most 32. The root is not among them.
    #[must_use]
    pub fn chain(&self) -> &[Resource] {
        self.latest.chain()
    }

    /// The labels of the futures, each with the number of futures that have it.
    ///
    /// [`label_with`](crate::CancellationsBuilder::label_with) gives them. At most 32.
    pub fn labels(&self) -> impl Iterator<Item = (&str, usize)> {
        self.labels.iter()
    }

    /// The number of futures with a label that [`labels`](Self::labels) leaves out.
    #[must_use]
    pub fn other_labels(&self) -> usize {
        self.labels.others()
    }

    pub(crate) fn whole_chain(&self) -> &Chain {
        self.latest.whole_chain()
    }
}

impl Group for CancelledGroup {
    fn size(&self) -> usize {
        self.count
    }

    fn kind(&self) -> &'static str {
        CancelledGroup::kind(self)
    }

    fn place(&self) -> Location {
        self.location()
    }

    fn row(&self, palette: &Palette) -> Vec<Cell> {
        let by = self.by();
        let by_place = by.trigger_async_id().map_or_else(String::new, |_| ShortLocation(by.location()).to_string());
        vec![
            Cell::number(palette.count, Grouped(self.count)),
            Cell::text(palette.kind, Escaped(self.kind())),
            Cell::text(palette.place, ShortLocation(self.location())),
            Cell::text(palette.alarm, self.ending().in_words()),
            Cell::text(palette.kind, Escaped(by.kind())),
            Cell::text(palette.place, by_place),
        ]
    }

    fn write_below(&self, f: &mut fmt::Formatter<'_>, palette: &Palette, indent: usize) -> fmt::Result {
        let (faint, latest) = (palette.faint, &self.latest);
        let (id, age) = (latest.resource().async_id(), HumanDuration(latest.age()));
        writeln!(f, "{:indent$}{faint}latest{faint:#} {id}, {age} old", "")?;
        self.labels.write(f, palette, indent)?;
        self.whole_chain().write(f, palette, indent)
    }
}

/// How the resources of all lines have ended.
#[derive(Debug, Default)]
pub(crate) struct Ends {
    pub(crate) groups: Vec<CancelledGroup>,
    /// The number of further ends at lines that create futures.
    pub(crate) uncounted: usize,
    /// The number of ends at lines of which nothing has resolved, by kind.
    pub(crate) unjudged: BTreeMap<&'static str, usize>,
}

/// Futures that were dropped before they were done, the largest group first.
///
/// [`Cancellations::report`](crate::Cancellations::report) returns it.
///
/// # Examples
///
/// ```
/// use async_hooks_diagnostics::Cancellations;
///
/// let cancellations = Cancellations::builder().build();
/// cancellations.enable();
/// assert!(cancellations.report().is_empty());
/// ```
#[derive(Clone, Debug)]
#[must_use = "a report says what was cancelled"]
pub struct CancellationReport {
    count: usize,
    uncounted: usize,
    groups: Vec<CancelledGroup>,
    pub(crate) unjudged: BTreeMap<&'static str, usize>,
}

impl CancellationReport {
    pub(crate) fn new(ends: Ends) -> CancellationReport {
        let Ends { mut groups, uncounted, unjudged } = ends;
        groups.sort_by_key(|group| (Reverse(group.count), group.latest.resource().async_id()));
        CancellationReport { count: groups.iter().map(CancelledGroup::count).sum(), uncounted, groups, unjudged }
    }

    /// Whether nothing was cancelled.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.groups.is_empty()
    }

    /// The number of futures, in all groups.
    #[must_use]
    pub fn count(&self) -> usize {
        self.count
    }

    /// The number of further ends at these lines of which nothing was kept.
    ///
    /// They ended while the lines were not yet known to create futures.
    ///
    /// Of each such line, 256 ends are kept; the others are only counted.
    #[must_use]
    pub fn uncounted(&self) -> usize {
        self.uncounted
    }

    /// The ended resources that could not be judged, by kind.
    ///
    /// Nothing has ever resolved at the lines that created them.
    /// Most are no futures, and have ended as they should. A kind of futures is counted after
    /// [`assume_futures`](crate::CancellationsBuilder::assume_futures).
    pub fn unjudged(&self) -> impl Iterator<Item = (&str, usize)> {
        self.unjudged.iter().map(|(kind, count)| (*kind, *count))
    }

    /// The groups, the largest first.
    #[must_use]
    pub fn groups(&self) -> &[CancelledGroup] {
        &self.groups
    }
}

impl Draw for CancellationReport {
    fn draw(&self, f: &mut fmt::Formatter<'_>, palette: &Palette) -> fmt::Result {
        if self.is_empty() {
            let was = if self.unjudged.is_empty() { "was" } else { "is known to have been" };
            writeln!(f, "no future {was} dropped before it was done")?;
            return self.write_unjudged(f, palette);
        }
        let (count, groups) = (Counted(self.count, "future"), Counted(self.groups.len(), "group"));
        write!(f, "{}", Painted(palette.heading, format_args!("{count} dropped before the end, in {groups}")))?;
        match self.uncounted {
            0 => writeln!(f)?,
            more => writeln!(f, ", and {} more of which nothing was kept", Grouped(more))?,
        }
        write_groups(f, palette, &self.groups)?;
        self.write_unjudged(f, palette)
    }
}

/// The number of kinds that are named.
const KINDS: usize = 5;

impl CancellationReport {
    fn write_unjudged(&self, f: &mut fmt::Formatter<'_>, palette: &Palette) -> fmt::Result {
        let mut kinds = Vec::from_iter(self.unjudged());
        if kinds.is_empty() {
            return Ok(());
        }
        kinds.sort_by_key(|(_, count)| Reverse(*count));
        write!(f, "\nnot judged, since nothing at their lines has resolved: ")?;
        for (at, (kind, count)) in kinds.iter().take(KINDS).enumerate() {
            let separator = if at == 0 { "" } else { ", " };
            write!(f, "{separator}{} {}", Grouped(*count), Painted(palette.kind, Escaped(kind)))?;
        }
        match kinds.len().saturating_sub(KINDS) {
            0 => {}
            more => write!(f, ", and {}", Counted(more, "more kind"))?,
        }
        writeln!(f, "\nIf a kind are futures, `assume_futures(kind)` counts them.")
    }
}

impl fmt::Display for CancellationReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.draw(f, &PLAIN)
    }
}

impl Report for CancellationReport {}
