//! Cancelled futures of one line that ended in the same way.

use std::fmt;

use async_hooks_core::{Location, Resource};
use async_hooks_tools::{Escaped, HumanDuration};

use crate::alive::chain::Chain;
use crate::dropped::cancellation::{CancelCause, Cancellation};
use crate::print::columns::Cell;
use crate::print::count::Grouped;
use crate::print::groups::Group;
use crate::print::palette::Palette;
use crate::print::short_location::ShortLocation;
use crate::tool::label_counts::LabelCounts;

/// Futures of one kind, created at one line, that ended in one way by one kind of resource.
///
/// [`CancellationReport::groups`](crate::CancellationReport::groups) returns them.
///
/// # Examples
///
/// ```
/// use async_hooks_core::{AsyncLocal, AsyncResource, FutureExt as _};
/// use async_hooks_diagnostics::{CancelCause, Cancellations};
///
/// static PAGE: AsyncLocal<String> = AsyncLocal::new();
///
/// let query = || async {}.in_async_resource("query");
/// let location = query().resource().location();
/// let cancellations = Cancellations::builder().label_with(|| PAGE.get()).build();
/// cancellations.enable();
///
/// let request = AsyncResource::new("request");
/// request.run_in_async_scope(|| {
///     for page in 0..40 {
///         PAGE.run(format!("/orders?page={page}"), || drop(query()));
///     }
/// });
///
/// let report = cancellations.report();
/// let [group] = report.groups() else { panic!("{report}") };
/// assert_eq!((group.kind(), group.location(), group.count()), ("query", location, 40));
/// assert_eq!((group.ending(), group.by()), (CancelCause::Dropped, request.resource()));
/// assert_eq!(group.chain(), [request.resource()]);
/// assert_eq!(group.labels().next(), Some(("/orders?page=0", 1)));
/// assert_eq!(group.other_labels(), 8, "32 labels are kept");
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
