//! Futures that were dropped before they were done, in groups.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::fmt;

use async_hooks_tools::Escaped;

use crate::dropped::cancelled_group::CancelledGroup;
use crate::print::count::{Counted, Grouped};
use crate::print::draw::Draw;
use crate::print::groups::write_groups;
use crate::print::palette::{PLAIN, Painted, Palette};
use crate::print::report::Report;

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
/// use async_hooks_core::{AsyncResource, FutureExt as _};
/// use async_hooks_diagnostics::Cancellations;
///
/// let cancellations = Cancellations::builder().build();
/// cancellations.enable();
/// assert!(cancellations.report().is_empty());
///
/// drop([(); 2].map(|()| async {}.in_async_resource("query")));
/// drop(AsyncResource::new("callback")); // is no future, but nothing says so
///
/// let report = cancellations.report();
/// assert_eq!((report.count(), report.groups()[0].kind()), (2, "query"));
/// assert_eq!(Vec::from_iter(report.unjudged()), [("callback", 1)]);
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
        groups.sort_by_key(|group| (Reverse(group.count()), group.latest.resource().async_id()));
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
    ///
    /// ```
    /// use async_hooks_core::AsyncResource;
    /// use async_hooks_diagnostics::Cancellations;
    /// # use futures::executor::block_on;
    ///
    /// let cancellations = Cancellations::builder().build();
    /// cancellations.enable();
    /// let query = || AsyncResource::new("query");
    /// (0..300).for_each(|_| drop(query()));
    /// block_on(query().scope(async {})); // one resolves, so this line creates futures
    ///
    /// let report = cancellations.report();
    /// assert_eq!((report.count(), report.uncounted()), (256, 44));
    /// ```
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
