//! One group of leaks.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_hooks_core::runtime::dependency;
use async_hooks_core::{Location, Resource};
use async_hooks_tools::{Escaped, HumanDuration};

use crate::alive::chain::Chain;
use crate::alive::clock::Moment;
use crate::alive::notes::Note;
use crate::leaks::site::LeakGroup;
use crate::print::columns::Cell;
use crate::print::count::Grouped;
use crate::print::groups::Group;
use crate::print::palette::Palette;
use crate::print::short_location::ShortLocation;
use crate::tool::label_counts::LabelCounts;

/// Leaking resources of one kind, created at one line, with the same chain of triggers.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use async_hooks_core::{AsyncLocal, AsyncResource};
/// use async_hooks_diagnostics::LeakDetector;
///
/// static PATH: AsyncLocal<&str> = AsyncLocal::new();
///
/// let detector = LeakDetector::builder().older_than(Duration::ZERO).label_with(|| PATH.get()).build();
/// detector.enable();
/// let request = PATH.run("/orders", || AsyncResource::new("request"));
/// let kept: Vec<_> = request.run_in_async_scope(|| (0..3).map(|_| AsyncResource::new("query")).collect());
/// drop(request);
///
/// let report = detector.report();
/// let [leak] = report.leaks() else { panic!("{report}") };
/// assert_eq!((leak.kind(), leak.count(), leak.is_orphan()), ("query", 3, true));
/// assert_eq!((leak.location(), leak.dependency()), (kept[0].resource().location(), None));
/// assert_eq!((leak.chain()[0].kind(), leak.chain().len()), ("request", 1));
/// assert_eq!((leak.labels().next(), leak.other_labels()), (Some(("/orders", 3)), 0));
/// assert!(leak.oldest() < Duration::from_secs(60));
/// ```
#[derive(Clone, Debug)]
pub struct Leak {
    kind: &'static str,
    location: Location,
    count: usize,
    oldest: Duration,
    pub(crate) labels: LabelCounts,
    backtrace: Option<String>,
    /// The ids of the oldest few.
    examples: Vec<u64>,
    pub(crate) chain: Chain,
}

/// The number of members of a group that are named by id.
const EXAMPLES: usize = 3;

/// The number of calls of a backtrace that are printed.
const MAX_CALLS: usize = 64;

impl Leak {
    pub(crate) fn new(group: LeakGroup, now: Moment, note_of: impl Fn(&Resource) -> Option<Arc<Note>>) -> Option<Leak> {
        let oldest = group.members.first()?;
        let mut labels = LabelCounts::default();
        for note in group.members.iter().filter_map(|member| note_of(&member.resource)) {
            note.label().into_iter().for_each(|label| labels.add(label));
        }
        Some(Leak {
            kind: oldest.resource.kind(),
            location: oldest.resource.location(),
            count: group.members.len(),
            oldest: now.since(oldest.born),
            labels,
            backtrace: note_of(&oldest.resource).and_then(|note| note.backtrace()),
            examples: group.members.iter().take(EXAMPLES).map(|member| member.resource.async_id().as_u64()).collect(),
            chain: group.chain,
        })
    }

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

    /// The dependency that created them, as the path of the file tells: `hyper-1.12.0`.
    ///
    /// `None` for the program's own, and for a path that was remapped.
    #[must_use]
    pub fn dependency(&self) -> Option<&str> {
        dependency(self.location.file())
    }

    /// The number of resources.
    #[must_use]
    pub fn count(&self) -> usize {
        self.count
    }

    /// The age of the oldest.
    #[must_use]
    pub fn oldest(&self) -> Duration {
        self.oldest
    }

    /// The triggers of the oldest, nearest first, at most 32.
    ///
    /// The root is not among them, nor a trigger that was created before the detector was enabled.
    /// [`is_chain_cut`](Self::is_chain_cut) says whether there were more.
    #[must_use]
    pub fn chain(&self) -> &[Resource] {
        self.chain.triggers()
    }

    /// Whether the chain of triggers was longer than [`chain`](Self::chain).
    ///
    /// ```
    /// use std::time::Duration;
    /// use async_hooks_core::AsyncResource;
    /// use async_hooks_diagnostics::LeakDetector;
    ///
    /// let detector = LeakDetector::builder().older_than(Duration::ZERO).build();
    /// detector.enable();
    /// let mut retry = AsyncResource::new("retry");
    /// for _ in 0..40 {
    ///     retry = retry.run_in_async_scope(|| AsyncResource::new("retry")); // each triggers the next
    /// }
    ///
    /// let report = detector.report();
    /// let leak = &report.leaks()[0];
    /// assert_eq!((leak.chain().len(), leak.is_chain_cut()), (32, true));
    /// ```
    #[must_use]
    pub fn is_chain_cut(&self) -> bool {
        self.chain.is_cut()
    }

    /// Whether their trigger was destroyed: the request is answered, and its task still runs.
    #[must_use]
    pub fn is_orphan(&self) -> bool {
        self.chain.is_orphaned()
    }

    /// The labels of the resources, each with the number of resources that have it.
    ///
    /// [`label_with`](crate::LeakDetectorBuilder::label_with) gives them.
    ///
    /// At most 32 different labels; [`other_labels`](Self::other_labels) counts the resources with any other.
    pub fn labels(&self) -> impl Iterator<Item = (&str, usize)> {
        self.labels.iter()
    }

    /// The number of resources with a label that [`labels`](Self::labels) leaves out.
    #[must_use]
    pub fn other_labels(&self) -> usize {
        self.labels.others()
    }

    /// The calls that led to the oldest, if backtraces were asked for.
    ///
    /// [`backtraces`](crate::LeakDetectorBuilder::backtraces) asks for them.
    ///
    /// ```
    /// use std::time::Duration;
    /// use async_hooks_core::AsyncResource;
    /// use async_hooks_diagnostics::LeakDetector;
    ///
    /// fn open_connection() -> AsyncResource {
    ///     AsyncResource::new("connection")
    /// }
    ///
    /// let detector = LeakDetector::builder().older_than(Duration::ZERO).backtraces().build();
    /// detector.enable();
    /// let _kept = open_connection();
    /// let report = detector.report();
    /// let calls = report.leaks()[0].backtrace().unwrap();
    /// assert!(calls.contains("open_connection"), "{calls}");
    /// ```
    #[must_use]
    pub fn backtrace(&self) -> Option<&str> {
        self.backtrace.as_deref()
    }

    pub(crate) fn examples(&self) -> &[u64] {
        &self.examples
    }
}

impl Group for Leak {
    fn size(&self) -> usize {
        self.count
    }

    fn kind(&self) -> &'static str {
        Leak::kind(self)
    }

    fn place(&self) -> Location {
        self.location()
    }

    fn row(&self, palette: &Palette) -> Vec<Cell> {
        vec![
            Cell::number(palette.count, Grouped(self.count)),
            Cell::text(palette.kind, Escaped(self.kind)),
            Cell::text(palette.place, ShortLocation(self.location)),
            Cell::text(palette.faint, format_args!("{} old", HumanDuration(self.oldest))),
            Cell::text(palette.alarm, if self.is_orphan() { "orphaned" } else { "" }),
        ]
    }

    fn write_below(&self, f: &mut fmt::Formatter<'_>, palette: &Palette, indent: usize) -> fmt::Result {
        let faint = palette.faint;
        let more = if self.count > self.examples.len() { ", …" } else { "" };
        let ids = Vec::from_iter(self.examples.iter().map(u64::to_string)).join(", ");
        writeln!(f, "{:indent$}{faint}id{faint:#} {ids}{more}", "")?;
        self.labels.write(f, palette, indent)?;
        let mut calls = self.backtrace.iter().flat_map(|backtrace| backtrace.lines());
        for call in calls.by_ref().take(MAX_CALLS) {
            writeln!(f, "{:indent$}{faint}from{faint:#} {}", "", Escaped(call))?;
        }
        match calls.count() {
            0 => {}
            more => writeln!(f, "{:indent$}{faint}from{faint:#} {more} more calls", "")?,
        }
        self.chain.write(f, palette, indent)
    }
}
