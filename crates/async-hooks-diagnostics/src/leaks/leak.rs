//! What leaks, group by group, and the report of all of them.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_hooks_core::{Location, Resource};
use serde::Serialize;

use crate::alive::chain::Chain;
use crate::alive::clock::Moment;
use crate::leaks::group::Group;
use crate::leaks::note::Note;
use crate::print::columns::{Cell, Columns};
use crate::print::palette::{Painted, Palette};
use crate::print::place::Place;
use crate::print::report::{Counted, Grouped, Report};
use crate::print::span::Span;

/// Resources that leak, all of one kind, created at one line, through the same chain of triggers.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use async_hooks_core::AsyncResource;
/// use async_hooks_diagnostics::LeakDetector;
///
/// let detector = LeakDetector::builder().older_than(Duration::ZERO).build();
/// detector.enable();
/// let request = AsyncResource::new("request");
/// let kept: Vec<_> = request.run_in_async_scope(|| (0..3).map(|_| AsyncResource::new("query")).collect());
/// drop(request);
///
/// let report = detector.report();
/// let leak = report.leaks().iter().find(|leak| leak.kind() == "query").unwrap();
/// assert_eq!((leak.count(), leak.is_orphan()), (3, true));
/// assert_eq!(leak.location(), kept[0].resource().location());
/// assert_eq!(leak.chain()[0].kind(), "request");
/// ```
#[derive(Clone, Debug, Serialize)]
pub struct Leak {
    kind: &'static str,
    location: Place,
    count: usize,
    #[serde(rename = "oldest_seconds")]
    oldest: Span,
    labels: BTreeMap<String, usize>,
    backtrace: Option<String>,
    /// The ids of the oldest few.
    examples: Vec<u64>,
    #[serde(flatten)]
    chain: Chain,
}

/// So many are named by id.
const EXAMPLES: usize = 3;

impl Leak {
    pub(crate) fn new(group: Group, now: Moment, note_of: impl Fn(&Resource) -> Option<Arc<Note>>) -> Option<Leak> {
        let oldest = group.members.first()?;
        let mut labels = BTreeMap::<_, usize>::new();
        for note in group.members.iter().filter_map(|member| note_of(&member.resource)) {
            note.label().into_iter().for_each(|label| *labels.entry(label.to_owned()).or_default() += 1);
        }
        Some(Leak {
            kind: oldest.resource.kind(),
            location: Place(oldest.resource.location()),
            count: group.members.len(),
            oldest: Span(now.since(oldest.born)),
            labels,
            backtrace: note_of(&oldest.resource).and_then(|note| note.backtrace()),
            examples: group.members.iter().take(EXAMPLES).map(|member| member.resource.async_id().as_u64()).collect(),
            chain: group.chain,
        })
    }

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

    /// How many there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.count
    }

    /// The age of the oldest.
    #[must_use]
    pub fn oldest(&self) -> Duration {
        self.oldest.0
    }

    /// The triggers of the oldest, nearest first; the root, and whoever was created before anybody listened, is not among
    /// them. At most 32: then [`is_chain_cut`](Self::is_chain_cut) tells whether there were more.
    #[must_use]
    pub fn chain(&self) -> &[Resource] {
        self.chain.triggers()
    }

    /// Whether the chain of triggers was longer than what [`chain`](Self::chain) tells.
    #[must_use]
    pub fn is_chain_cut(&self) -> bool {
        self.chain.is_cut()
    }

    /// Whether what triggered them is gone: the request is answered, and its task still runs.
    #[must_use]
    pub fn is_orphan(&self) -> bool {
        self.chain.is_orphaned()
    }

    /// The labels given by [`label_with`](crate::LeakDetectorBuilder::label_with), and how many have each.
    pub fn labels(&self) -> impl Iterator<Item = (&str, usize)> {
        self.labels.iter().map(|(label, count)| (label.as_str(), *count))
    }

    /// The calls that led to the oldest, where [`backtraces`](crate::LeakDetectorBuilder::backtraces) were asked for.
    #[must_use]
    pub fn backtrace(&self) -> Option<&str> {
        self.backtrace.as_deref()
    }

    fn row(&self, palette: &Palette) -> Vec<Cell> {
        vec![
            Cell::number(palette.count, Grouped(self.count)),
            Cell::text(palette.kind, self.kind),
            Cell::text(palette.place, self.location),
            Cell::text(palette.faint, format_args!("{} old", self.oldest)),
            Cell::text(palette.alarm, if self.is_orphan() { "orphaned" } else { "" }),
        ]
    }

    fn write_below(&self, f: &mut fmt::Formatter<'_>, indent: usize) -> fmt::Result {
        let faint = Palette::of(f).faint;
        let more = if self.count > self.examples.len() { ", …" } else { "" };
        let ids = Vec::from_iter(self.examples.iter().map(u64::to_string)).join(", ");
        writeln!(f, "{:indent$}{faint}id{faint:#} {ids}{more}", "")?;
        for (label, count) in &self.labels {
            writeln!(f, "{:indent$}{faint}label{faint:#} {label} {faint}× {count}{faint:#}", "")?;
        }
        for call in self.backtrace.iter().flat_map(|backtrace| backtrace.lines()) {
            writeln!(f, "{:indent$}{faint}from{faint:#} {call}", "")?;
        }
        self.chain.write_below(f, indent)
    }
}

/// What leaks at this moment, the largest group first.
///
/// Get it from [`LeakDetector::report`](crate::LeakDetector::report). Print it with [`Report::print`], or give it to a
/// machine through `serde`.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use async_hooks_core::AsyncResource;
/// use async_hooks_diagnostics::LeakDetector;
///
/// let detector = LeakDetector::builder().older_than(Duration::ZERO).build();
/// detector.enable();
/// let _kept = AsyncResource::new("query");
/// println!("{}", detector.report());
/// // 1 leak in 1 group
/// //
/// //   1  query  src/main.rs:6:13  12 µs old
/// //      id 2
/// //      └─ triggered by root 1
/// ```
#[derive(Clone, Debug, Serialize)]
#[must_use = "a report says what leaks"]
pub struct LeakReport {
    count: usize,
    leaks: Vec<Leak>,
}

impl LeakReport {
    pub(crate) fn new(leaks: impl Iterator<Item = Leak>) -> LeakReport {
        let mut leaks = Vec::from_iter(leaks);
        leaks.sort_by_key(|leak| (Reverse((leak.count, leak.oldest.0)), leak.examples.first().copied()));
        LeakReport { count: leaks.iter().map(Leak::count).sum(), leaks }
    }

    /// Whether nothing leaks.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.leaks.is_empty()
    }

    /// What leaks, in groups, the largest first.
    #[must_use]
    pub fn leaks(&self) -> &[Leak] {
        &self.leaks
    }

    /// How many resources leak, in all groups.
    #[must_use]
    pub fn count(&self) -> usize {
        self.count
    }
}

impl fmt::Display for LeakReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_empty() {
            return writeln!(f, "no leaks");
        }
        let palette = Palette::of(f);
        let heading = format!("{} in {}", Counted(self.count, "leak"), Counted(self.leaks.len(), "group"));
        writeln!(f, "{}", Painted(palette.heading, heading))?;
        let mut columns = Columns::default();
        self.leaks.iter().for_each(|leak| columns.push(leak.row(palette)));
        let indent = columns.start_of(1) + 2;
        for (leak, line) in self.leaks.iter().zip(columns.lines()) {
            writeln!(f, "\n  {line}")?;
            leak.write_below(f, indent)?;
        }
        Ok(())
    }
}

impl Report for LeakReport {}
