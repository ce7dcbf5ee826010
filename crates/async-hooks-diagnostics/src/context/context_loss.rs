//! Losses of a value that one line causes.

use std::fmt;
use std::sync::Arc;

use async_hooks_core::{AsyncId, Location, Resource};
use async_hooks_tools::Escaped;

use crate::context::loss_point::LossPoint;
use crate::print::columns::Cell;
use crate::print::count::Grouped;
use crate::print::groups::Group;
use crate::print::palette::{Painted, Palette};
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
/// [`ContextLossReport::losses`](crate::ContextLossReport::losses) returns them.
///
/// # Examples
///
/// ```
/// use async_hooks_core::{AsyncLocal, AsyncResource};
/// use async_hooks_diagnostics::{ContextWatch, LossPoint};
///
/// static USER: AsyncLocal<&str> = AsyncLocal::new();
/// static PATH: AsyncLocal<&str> = AsyncLocal::new();
///
/// let watch = ContextWatch::of(&USER).label_with(|| PATH.get()).build();
/// let _enabled = watch.enable_scoped();
/// let request = PATH.run("/orders", || USER.run("alice", || AsyncResource::new("request")));
/// let job = request.run_in_async_scope(|| USER.exit(|| AsyncResource::new("job")));
/// job.run_in_async_scope(|| ());
///
/// let report = watch.losses();
/// let [loss] = report.losses() else { panic!("{report}") };
/// assert_eq!((loss.kind(), loss.count(), loss.location()), ("job", 1, job.resource().location()));
/// assert_eq!(loss.creator(), Some(request.resource()));
/// assert!(matches!(loss.lost(), LossPoint::EndedBeforeSpawn { created, .. } if created == job.resource()));
/// assert_eq!((loss.labels().next(), loss.other_labels()), (Some(("/orders", 1)), 0));
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
