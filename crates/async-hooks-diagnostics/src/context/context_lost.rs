//! Why a value is not there: who runs here, who created that, and where the value was last seen.

use std::error::Error;
use std::fmt;
use std::sync::Arc;

use async_hooks_core::{AsyncId, Location, Resource, execution_async_resource};
use serde::Serialize;

use crate::context::provenance::{Creator, LIMIT, Origin, Sight};
use crate::print::facts;
use crate::print::name::write_name;
use crate::print::palette::{Painted, Palette};
use crate::print::place::Place;
use crate::print::report::Report;

/// A value was required where there is none; made by [`RequiredExt::required`](crate::RequiredExt::required).
///
/// Its first line says where the value was lost; below stand the executing resource and its creators, each with whether the
/// value was there when it was created and when it first ran. All of that is known where a
/// [`ContextWatch`](crate::ContextWatch) of the local was enabled when they were created, and otherwise only who runs here.
#[derive(Clone, Debug, Serialize)]
#[serde(transparent)]
pub struct ContextLost {
    /// In a box, since an error travels through every caller.
    details: Box<Details>,
}

#[derive(Clone, Debug, Serialize)]
struct Details {
    local: &'static str,
    read_at: Place,
    thread: String,
    #[serde(flatten)]
    lost: LossPoint,
    #[serde(rename = "here_and_creators")]
    line: Vec<Step>,
    end: End,
}

/// Where a value was lost: the first point, seen from where it last was.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(tag = "lost", rename_all = "snake_case")]
#[non_exhaustive]
pub enum LossPoint {
    /// The read is in no resource at all: a plain thread, or a task spawned past `async_hooks`. Nothing carries a context there.
    Outside,
    /// Inside the resource that runs here: the value was there, and is hidden by an `exit` or another snapshot, or its scope
    /// has ended.
    Here,
    /// Whoever created this resource had the value, and it did not come along: behind an
    /// `Inherit::Barrier`, in what is detached, or where the local was disabled in between.
    OnTheWayInto {
        /// The first without it.
        #[serde(serialize_with = "facts::of_one")]
        created: Resource,
    },
    /// The creator had it at some time, but not when it created the resource: the scope of the value had ended, or not
    /// begun.
    BeforeCreating {
        /// The last that had it.
        #[serde(serialize_with = "facts::of_one")]
        creator: Resource,
        /// The first without it.
        #[serde(serialize_with = "facts::of_one")]
        created: Resource,
    },
    /// Nobody up to the root, or as far as is known, was seen with it.
    NeverSeen,
    /// No watch was there when the resource that runs here was created.
    Unwatched,
}

/// One resource of the line from here to the root.
#[derive(Clone, Copy, Debug, Serialize)]
struct Step {
    #[serde(flatten, serialize_with = "facts::of_one")]
    resource: Resource,
    at_creation: Sight,
    at_start: Sight,
}

/// What is behind the last of the line.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
enum End {
    Root,
    Unknown,
}

impl ContextLost {
    /// `origin` is what a watch knows of the resource that runs here.
    #[cold]
    pub(crate) fn here(local: &'static str, read_at: Location, origin: Option<&Arc<Origin>>) -> ContextLost {
        let here = execution_async_resource();
        let line = match origin {
            Some(origin) => origin.line().take(LIMIT).map(|origin| Step::of(origin)).collect(),
            None => vec![Step { resource: here, at_creation: Sight::Unknown, at_start: Sight::Unknown }],
        };
        let lost = match origin {
            _ if here.async_id() == AsyncId::ROOT => LossPoint::Outside,
            Some(origin) => loss_point(origin),
            None => LossPoint::Unwatched,
        };
        let reaches_root = |origin: &Arc<Origin>| origin.line().nth(LIMIT - 1).is_none() && ends_in_root(origin);
        let end = if origin.is_some_and(reaches_root) { End::Root } else { End::Unknown };
        let thread = std::thread::current();
        let thread = thread.name().map_or_else(|| format!("{:?}", thread.id()), str::to_owned);
        ContextLost { details: Box::new(Details { local, read_at: Place(read_at), thread, lost, line, end }) }
    }

    /// The name of the local, or `""`.
    #[must_use]
    pub fn local(&self) -> &'static str {
        self.details.local
    }

    /// The line that required the value.
    #[must_use]
    pub fn read_at(&self) -> Location {
        self.details.read_at.0
    }

    /// The resource that runs there.
    #[must_use]
    pub fn resource(&self) -> Resource {
        self.details.line.first().map_or_else(execution_async_resource, |here| here.resource)
    }

    /// Who created it, who created that one, and so on: nearest first, at most 15; the root is not among them.
    pub fn creators(&self) -> impl Iterator<Item = Resource> {
        self.details.line.iter().skip(1).map(|step| step.resource)
    }

    /// The first point at which the value was missing.
    #[must_use]
    pub fn lost(&self) -> LossPoint {
        self.details.lost
    }
}

impl Step {
    fn of(origin: &Origin) -> Step {
        Step { resource: origin.resource(), at_creation: origin.at_creation(), at_start: origin.at_start() }
    }
}

fn ends_in_root(origin: &Arc<Origin>) -> bool {
    origin.line().last().is_some_and(|last| matches!(last.creator(), Creator::Root))
}

/// From here back to where the value was last seen: what came right after that moment is where it was lost.
pub(crate) fn loss_point(here: &Arc<Origin>) -> LossPoint {
    let mut created = None;
    for origin in here.line() {
        match (origin.has_had_it(), created) {
            (true, None) => return LossPoint::Here,
            (true, Some(created)) => return LossPoint::BeforeCreating { creator: origin.resource(), created },
            _ if origin.at_creation() == Sight::Present => {
                return LossPoint::OnTheWayInto { created: origin.resource() };
            }
            _ => created = Some(origin.resource()),
        }
    }
    LossPoint::NeverSeen
}

impl fmt::Display for ContextLost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Details { local, read_at, lost, line, .. } = &*self.details;
        let palette = Palette::of(f);
        let name = if local.is_empty() { "an unnamed local".to_owned() } else { format!("`{local}`") };
        let heading = Painted(palette.heading, format_args!("no value of {name}"));
        write!(f, "{heading}, required at {}: ", Painted(palette.place, read_at))?;
        self.write_cause(f, *lost)?;
        for (depth, step) in line.iter().enumerate() {
            let (blanks, branch) = (3 * depth, if depth == 0 { "in" } else { "└─ created by" });
            write!(f, "\n{:blanks$}{} ", "", Painted(palette.faint, branch))?;
            write_step(f, step)?;
        }
        self.write_end(f)
    }
}

impl ContextLost {
    fn write_cause(&self, f: &mut fmt::Formatter<'_>, lost: LossPoint) -> fmt::Result {
        match lost {
            LossPoint::Outside => {
                write!(f, "nothing carries a context to thread {}; ", self.details.thread)?;
                write!(f, "spawn with `async_hooks::tokio::spawn`, or `bind` the callback")
            }
            LossPoint::Here => write!(f, "it was here and is not any more: hidden by an exit, or its scope has ended"),
            LossPoint::OnTheWayInto { created } => {
                write_name(f, &created)?;
                write!(f, " was created where it was, and it did not come along")
            }
            LossPoint::BeforeCreating { creator, created } => {
                write_name(f, &creator)?;
                write!(f, " has had it, but not when it created ")?;
                write_name(f, &created)
            }
            LossPoint::NeverSeen => write!(f, "nobody was seen with it"),
            LossPoint::Unwatched => write!(f, "a `ContextWatch` of it, enabled earlier, would tell where it was lost"),
        }
    }

    fn write_end(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Details { line, end, lost, .. } = &*self.details;
        let blanks = 3 * line.len();
        let branch = Painted(Palette::of(f).faint, "└─ created by");
        match end {
            End::Root => write!(f, "\n{:blanks$}{branch} root {}", "", AsyncId::ROOT),
            End::Unknown if *lost == LossPoint::Outside => Ok(()),
            End::Unknown => write!(f, "\n{:blanks$}{branch} others, of which nothing is known", ""),
        }
    }
}

fn write_step(f: &mut fmt::Formatter<'_>, step: &Step) -> fmt::Result {
    let palette = Palette::of(f);
    write_name(f, &step.resource)?;
    let seen = match (step.at_creation, step.at_start) {
        (Sight::Unknown, Sight::Unknown) => return Ok(()),
        (Sight::Present, Sight::Missing) => Painted(palette.alarm, "created with it, started without"),
        (Sight::Present, _) => Painted(palette.faint, "created with it"),
        (Sight::Missing, Sight::Present) => Painted(palette.faint, "created without it, started with it"),
        (Sight::Missing, _) => Painted(palette.faint, "created without it"),
        (Sight::Unknown, Sight::Present) => Painted(palette.faint, "started with it"),
        (Sight::Unknown, Sight::Missing) => Painted(palette.faint, "started without it"),
    };
    write!(f, ", {seen}")
}

impl Error for ContextLost {}

impl Report for ContextLost {}
