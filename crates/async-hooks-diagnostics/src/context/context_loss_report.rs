//! How often a value got lost, and at which lines.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use async_hooks_core::{AsyncId, Location, Resource};

use crate::context::missing_context::LossPoint;
use crate::print::columns::Cell;
use crate::print::count::{Counted, Grouped};
use crate::print::draw::Draw;
use crate::print::escaped::Escaped;
use crate::print::groups::{Group, write_groups};
use crate::print::palette::{PLAIN, Painted, Palette};
use crate::print::report::Report;
use crate::print::resource_name::ResourceName;
use crate::print::short_location::ShortLocation;
use crate::tool::label_counts::LabelCounts;

/// How the value got lost between a creator and what it created.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) enum LossWay {
    /// It was there at the creation, and not at the start.
    NotInherited,
    /// It was there in the creator, but not at the creation.
    EndedBeforeSpawn,
}

/// What the losses of a group have in common.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) struct LossSite {
    kind: &'static str,
    location: Location,
    pub(crate) way: LossWay,
    creator: Option<(&'static str, Location)>,
}

/// The losses of one site, as they are counted.
#[derive(Clone, Debug)]
pub(crate) struct Tally {
    count: usize,
    /// The first resource that started without the value.
    example: Resource,
    creator: Option<Resource>,
    pub(crate) labels: LabelCounts,
}

impl Tally {
    pub(crate) fn new(example: Resource, creator: Option<Resource>) -> Tally {
        Tally { count: 0, example, creator, labels: LabelCounts::default() }
    }

    pub(crate) fn add(&mut self, label: Option<&Arc<str>>) {
        self.count += 1;
        label.into_iter().for_each(|label| self.labels.add(label));
    }
}

impl LossSite {
    pub(crate) fn new(created: &Resource, creator: Option<&Resource>, way: LossWay) -> LossSite {
        let creator = creator.map(|creator| (creator.kind(), creator.location()));
        LossSite { kind: created.kind(), location: created.location(), way, creator }
    }
}

/// Resources of one kind and line that started without a value of their creator.
///
/// [`ContextLossReport::losses`] returns them.
///
/// # Examples
///
/// ```
/// use async_hooks_core::{AsyncLocal, AsyncResource};
/// use async_hooks_diagnostics::ContextWatch;
///
/// static USER: AsyncLocal<&str> = AsyncLocal::new();
///
/// let watch = ContextWatch::of(&USER).build();
/// let _enabled = watch.enable_scoped();
/// let request = USER.run("alice", || AsyncResource::new("request"));
/// let job = request.run_in_async_scope(|| USER.exit(|| AsyncResource::new("job")));
/// job.run_in_async_scope(|| ());
///
/// let report = watch.losses();
/// let [loss] = report.losses() else { panic!("{report}") };
/// assert_eq!((loss.kind(), loss.count(), loss.location()), ("job", 1, job.resource().location()));
/// ```
#[derive(Clone, Debug)]
pub struct ContextLoss {
    pub(crate) site: LossSite,
    pub(crate) tally: Tally,
}

impl ContextLoss {
    /// The number of resources that started without the value.
    #[must_use]
    pub fn count(&self) -> usize {
        self.tally.count
    }

    /// Their kind: `"tokio::task"`.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        self.site.kind
    }

    /// The line that created them: the line to look at.
    #[must_use]
    pub fn location(&self) -> Location {
        self.site.location
    }

    /// The creator of the first of them; `None` for the root.
    #[must_use]
    pub fn creator(&self) -> Option<Resource> {
        self.tally.creator
    }

    /// Where the first of them lost the value.
    ///
    /// It is [`LossPoint::NotInherited`] or [`LossPoint::EndedBeforeSpawn`].
    #[must_use]
    pub fn lost(&self) -> LossPoint {
        let created = self.tally.example;
        match (self.site.way, self.tally.creator) {
            (LossWay::EndedBeforeSpawn, Some(creator)) => LossPoint::EndedBeforeSpawn { creator, created },
            _ => LossPoint::NotInherited { created },
        }
    }

    /// The labels of the resources, each with the number of resources that have it.
    ///
    /// [`label_with`](crate::ContextWatchBuilder::label_with) gives them. At most 32.
    pub fn labels(&self) -> impl Iterator<Item = (&str, usize)> {
        self.tally.labels.iter()
    }

    /// The number of resources with a label that [`labels`](Self::labels) leaves out.
    #[must_use]
    pub fn other_labels(&self) -> usize {
        self.tally.labels.others()
    }

    /// The first that started without the value.
    pub(crate) fn example(&self) -> AsyncId {
        self.tally.example.async_id()
    }
}

impl Group for ContextLoss {
    fn size(&self) -> usize {
        self.count()
    }

    fn kind(&self) -> &'static str {
        ContextLoss::kind(self)
    }

    fn place(&self) -> Location {
        self.location()
    }

    fn row(&self, palette: &Palette) -> Vec<Cell> {
        let way = match self.site.way {
            LossWay::NotInherited => "not inherited",
            LossWay::EndedBeforeSpawn => "ended before the creation",
        };
        vec![
            Cell::number(palette.count, Grouped(self.count())),
            Cell::text(palette.kind, Escaped(self.kind())),
            Cell::text(palette.place, ShortLocation(self.location())),
            Cell::text(palette.alarm, way),
        ]
    }

    fn write_below(&self, f: &mut fmt::Formatter<'_>, palette: &Palette, indent: usize) -> fmt::Result {
        self.tally.labels.write(f, palette, indent)?;
        write!(f, "{:indent$}{} ", "", Painted(palette.faint, "└─ created by"))?;
        match &self.tally.creator {
            Some(creator) => writeln!(f, "{}", ResourceName(creator, palette)),
            None => writeln!(f, "root {}", AsyncId::ROOT),
        }
    }
}

/// Resources that started without a value of their creator, by line.
///
/// The largest group comes first.
///
/// [`ContextWatch::losses`](crate::ContextWatch::losses) returns it.
///
/// # Examples
///
/// ```
/// use async_hooks_core::AsyncLocal;
/// use async_hooks_diagnostics::ContextWatch;
///
/// static USER: AsyncLocal<&str> = AsyncLocal::new().named("user");
///
/// let watch = ContextWatch::of(&USER).build();
/// let _enabled = watch.enable_scoped();
/// assert!(watch.losses().is_empty());
/// ```
#[derive(Clone, Debug)]
#[must_use = "a report says what was lost"]
pub struct ContextLossReport {
    local: &'static str,
    count: usize,
    losses: Vec<ContextLoss>,
    started: usize,
}

impl ContextLossReport {
    pub(crate) fn new(local: &'static str, tallies: HashMap<LossSite, Tally>, started: usize) -> ContextLossReport {
        let mut losses = Vec::from_iter(tallies.into_iter().map(|(site, tally)| ContextLoss { site, tally }));
        losses.sort_by_key(|loss| (Reverse(loss.count()), loss.example()));
        ContextLossReport { local, count: losses.iter().map(ContextLoss::count).sum(), losses, started }
    }

    /// Whether nothing was lost.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.losses.is_empty()
    }

    /// The number of resources that started without the value, in all groups.
    #[must_use]
    pub fn count(&self) -> usize {
        self.count
    }

    /// The groups, the largest first.
    #[must_use]
    pub fn losses(&self) -> &[ContextLoss] {
        &self.losses
    }

    /// The name of the local, or `""`.
    #[must_use]
    pub fn local(&self) -> &'static str {
        self.local
    }

    /// The number of resources that were seen to start, with the value or without it.
    ///
    /// Only they could be judged. What nothing tracks is not among them: a plain `tokio::spawn` on a runtime without automatic mode, a
    /// plain thread, a stream or future that is no resource of its own.
    #[must_use]
    pub fn started(&self) -> usize {
        self.started
    }

    fn write_coverage(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let resources = Counted(self.started, "resource");
        writeln!(f, "{resources} started while it was watched; a task or stream that nothing tracks is not judged")
    }
}

impl Draw for ContextLossReport {
    fn draw(&self, f: &mut fmt::Formatter<'_>, palette: &Palette) -> fmt::Result {
        let name = if self.local.is_empty() { "the local".to_owned() } else { format!("`{}`", Escaped(self.local)) };
        if self.is_empty() {
            writeln!(f, "{name} was lost nowhere that is watched")?;
            return self.write_coverage(f);
        }
        let (count, groups) = (Counted(self.count, "time"), Counted(self.losses.len(), "group"));
        writeln!(f, "{}", Painted(palette.heading, format_args!("{name} was lost {count} in {groups}")))?;
        write_groups(f, palette, &self.losses)?;
        writeln!(f)?;
        self.write_coverage(f)
    }
}

impl fmt::Display for ContextLossReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.draw(f, &PLAIN)
    }
}

impl Report for ContextLossReport {}
