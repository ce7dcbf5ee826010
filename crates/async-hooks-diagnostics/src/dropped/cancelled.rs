//! Futures that were dropped before they were done, group by group, and the report of all of them.

use std::cmp::Reverse;
use std::fmt;

use async_hooks_core::{Location, Resource};
use serde::Serialize;

use crate::alive::chain::Chain;
use crate::dropped::cancellation::{Cancellation, Ending};
use crate::print::columns::{Cell, Columns};
use crate::print::facts;
use crate::print::palette::{Painted, Palette};
use crate::print::place::Place;
use crate::print::report::{Counted, Grouped, Report};
use crate::print::span::Span;

/// Futures of one kind, created at one line, that ended in the same way by the same kind of resource.
#[derive(Clone, Debug, Serialize)]
pub struct Cancelled {
    count: usize,
    kind: &'static str,
    location: Place,
    ending: Ending,
    /// By whom the latest was dropped.
    #[serde(serialize_with = "facts::of_one")]
    by: Resource,
    #[serde(rename = "age_seconds")]
    age: Span,
    /// The id of the latest.
    example: u64,
    #[serde(flatten)]
    chain: Chain,
}

impl Cancelled {
    pub(crate) fn new(count: usize, latest: Cancellation) -> Cancelled {
        Cancelled {
            count,
            kind: latest.resource().kind(),
            location: Place(latest.resource().location()),
            ending: latest.ending(),
            by: latest.by(),
            age: Span(latest.age()),
            example: latest.resource().async_id().as_u64(),
            chain: latest.into_chain(),
        }
    }

    /// How many there were.
    #[must_use]
    pub fn count(&self) -> usize {
        self.count
    }

    /// What they were: `"tokio::task"`.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        self.kind
    }

    /// The line that created them.
    #[must_use]
    pub fn location(&self) -> Location {
        self.location.0
    }

    /// How they ended.
    #[must_use]
    pub fn ending(&self) -> Ending {
        self.ending
    }

    /// Who executed when the latest was dropped; kind `"root"` outside any resource.
    #[must_use]
    pub fn by(&self) -> Resource {
        self.by
    }

    /// The triggers of the latest, nearest first; at most 32. The root is not among them.
    #[must_use]
    pub fn chain(&self) -> &[Resource] {
        self.chain.triggers()
    }

    fn row(&self, palette: &Palette) -> Vec<Cell> {
        vec![
            Cell::number(palette.count, Grouped(self.count)),
            Cell::text(palette.kind, self.kind),
            Cell::text(palette.place, self.location),
            Cell::text(palette.alarm, self.ending.told()),
            Cell::text(palette.kind, self.by.kind()),
            Cell::text(
                palette.place,
                if self.by.trigger_async_id().is_some() {
                    Place(self.by.location()).to_string()
                } else {
                    String::new()
                },
            ),
        ]
    }

    fn write_below(&self, f: &mut fmt::Formatter<'_>, indent: usize) -> fmt::Result {
        let faint = Palette::of(f).faint;
        writeln!(f, "{:indent$}{faint}latest{faint:#} {}, {} old", "", self.example, self.age)?;
        self.chain.write_below(f, indent)
    }
}

/// Futures that were dropped before they were done, the largest group first.
///
/// Get it from [`Cancellations::report`](crate::Cancellations::report).
#[derive(Clone, Debug, Serialize)]
#[must_use = "a report says what was cancelled"]
pub struct CancellationReport {
    count: usize,
    uncounted: usize,
    groups: Vec<Cancelled>,
}

impl CancellationReport {
    pub(crate) fn new(mut groups: Vec<Cancelled>, uncounted: usize) -> CancellationReport {
        groups.sort_by_key(|group| (Reverse(group.count), group.example));
        CancellationReport { count: groups.iter().map(Cancelled::count).sum(), uncounted, groups }
    }

    /// Whether nothing was cancelled.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.groups.is_empty()
    }

    /// How many futures are in the groups.
    #[must_use]
    pub fn count(&self) -> usize {
        self.count
    }

    /// How many more there were at lines that were taken for such as make no futures, until one of theirs resolved after all.
    #[must_use]
    pub fn uncounted(&self) -> usize {
        self.uncounted
    }

    /// The groups, the largest first.
    #[must_use]
    pub fn groups(&self) -> &[Cancelled] {
        &self.groups
    }
}

impl fmt::Display for CancellationReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_empty() {
            return writeln!(f, "no future was dropped before it was done");
        }
        let palette = Palette::of(f);
        let (count, groups) = (Counted(self.count, "future"), Counted(self.groups.len(), "group"));
        write!(f, "{}", Painted(palette.heading, format_args!("{count} dropped before the end, in {groups}")))?;
        match self.uncounted {
            0 => writeln!(f)?,
            more => writeln!(f, ", and {} more that nobody looked at", Grouped(more))?,
        }
        let mut columns = Columns::default();
        self.groups.iter().for_each(|group| columns.push(group.row(palette)));
        let indent = columns.start_of(1) + 2;
        for (group, line) in self.groups.iter().zip(columns.lines()) {
            writeln!(f, "\n  {line}")?;
            group.write_below(f, indent)?;
        }
        Ok(())
    }
}

impl Report for CancellationReport {}
