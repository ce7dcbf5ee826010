//! How often a value got lost, and where: spawn site by spawn site.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::fmt;

use async_hooks_core::{AsyncId, Location, Resource};
use serde::Serialize;

use crate::context::context_lost::LossPoint;
use crate::print::columns::{Cell, Columns};
use crate::print::name::write_name;
use crate::print::palette::{Painted, Palette};
use crate::print::place::Place;
use crate::print::report::{Counted, Grouped, Report};

/// How the value got lost between a creator and what it created.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Way {
    /// It was there at the creation and not at the start.
    OnTheWay,
    /// It was there in the creator, but not at the creation.
    BeforeCreating,
}

/// What the losses of a group have in common.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) struct LossSite {
    kind: &'static str,
    location: Location,
    way: Way,
    creator: Option<(&'static str, Location)>,
}

/// Losses of one site, as they are counted.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tally {
    pub(crate) count: usize,
    /// The first that started without the value.
    pub(crate) example: Resource,
    pub(crate) creator: Option<Resource>,
}

impl LossSite {
    pub(crate) fn new(created: &Resource, creator: Option<&Resource>, way: Way) -> LossSite {
        let creator = creator.map(|creator| (creator.kind(), creator.location()));
        LossSite { kind: created.kind(), location: created.location(), way, creator }
    }
}

/// Resources of one kind, created at one line by one kind of creator, which started without a value that their creator had.
#[derive(Clone, Debug, Serialize)]
pub struct ContextLoss {
    count: usize,
    kind: &'static str,
    location: Place,
    way: Way,
    /// The id of the first.
    example: u64,
    #[serde(serialize_with = "of_maybe_one")]
    creator: Option<Resource>,
    #[serde(skip)]
    first: Resource,
}

fn of_maybe_one<S: serde::Serializer>(resource: &Option<Resource>, serializer: S) -> Result<S::Ok, S::Error> {
    resource.as_ref().map(crate::print::facts::Facts::from).serialize(serializer)
}

impl ContextLoss {
    fn new(site: LossSite, tally: Tally) -> ContextLoss {
        ContextLoss {
            count: tally.count,
            kind: site.kind,
            location: Place(site.location),
            way: site.way,
            example: tally.example.async_id().as_u64(),
            creator: tally.creator,
            first: tally.example,
        }
    }

    /// How often it happened.
    #[must_use]
    pub fn count(&self) -> usize {
        self.count
    }

    /// What started without the value: `"tokio::task"`.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        self.kind
    }

    /// The line that created it: where to look.
    #[must_use]
    pub fn location(&self) -> Location {
        self.location.0
    }

    /// Who created the first of them; `None` for the root.
    #[must_use]
    pub fn creator(&self) -> Option<Resource> {
        self.creator
    }

    /// The point at which the first of them lost it: [`LossPoint::OnTheWayInto`] or [`LossPoint::BeforeCreating`].
    #[must_use]
    pub fn lost(&self) -> LossPoint {
        match (self.way, self.creator) {
            (Way::BeforeCreating, Some(creator)) => LossPoint::BeforeCreating { creator, created: self.first },
            _ => LossPoint::OnTheWayInto { created: self.first },
        }
    }

    fn row(&self, palette: &Palette) -> Vec<Cell> {
        let way = match self.way {
            Way::OnTheWay => "did not come along",
            Way::BeforeCreating => "left before the creation",
        };
        vec![
            Cell::number(palette.count, Grouped(self.count)),
            Cell::text(palette.kind, self.kind),
            Cell::text(palette.place, self.location),
            Cell::text(palette.alarm, way),
        ]
    }
}

/// What started without a value that its creator had, by the line that created it, the most frequent first.
///
/// Get it from [`ContextWatch::losses`](crate::ContextWatch::losses).
#[derive(Clone, Debug, Serialize)]
#[must_use = "a report says what was lost"]
pub struct ContextLosses {
    local: &'static str,
    count: usize,
    losses: Vec<ContextLoss>,
}

impl ContextLosses {
    pub(crate) fn new(local: &'static str, tallies: HashMap<LossSite, Tally>) -> ContextLosses {
        let mut losses = Vec::from_iter(tallies.into_iter().map(|(site, tally)| ContextLoss::new(site, tally)));
        losses.sort_by_key(|loss| (Reverse(loss.count), loss.example));
        ContextLosses { local, count: losses.iter().map(ContextLoss::count).sum(), losses }
    }

    /// Whether nothing was lost.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.losses.is_empty()
    }

    /// How many resources started without, in all groups.
    #[must_use]
    pub fn count(&self) -> usize {
        self.count
    }

    /// The groups, the largest first.
    #[must_use]
    pub fn losses(&self) -> &[ContextLoss] {
        &self.losses
    }
}

impl fmt::Display for ContextLosses {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = if self.local.is_empty() { "the local".to_owned() } else { format!("`{}`", self.local) };
        if self.is_empty() {
            return writeln!(f, "{name} was lost nowhere");
        }
        let palette = Palette::of(f);
        let (count, groups) = (Counted(self.count, "time"), Counted(self.losses.len(), "group"));
        writeln!(f, "{}\n", Painted(palette.heading, format_args!("{name} was lost {count} in {groups}")))?;
        let mut columns = Columns::default();
        self.losses.iter().for_each(|loss| columns.push(loss.row(palette)));
        let indent = columns.start_of(1) + 2;
        for (loss, line) in self.losses.iter().zip(columns.lines()) {
            write!(f, "  {line}\n{:indent$}{} ", "", Painted(palette.faint, "└─ created by"))?;
            match &loss.creator {
                Some(creator) => write_name(f, creator)?,
                None => write!(f, "root {}", AsyncId::ROOT)?,
            }
            writeln!(f)?;
        }
        Ok(())
    }
}

impl Report for ContextLosses {}
