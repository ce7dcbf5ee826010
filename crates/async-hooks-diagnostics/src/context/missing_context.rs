//! The error of a required value that is missing.
//!
//! It says what executes here, what created it, and where the value was last seen.

use std::error::Error;
use std::fmt;
use std::sync::Arc;

use async_hooks_core::{AsyncId, Location, Resource, execution_async_resource};
use async_hooks_tools::Escaped;

use crate::context::loss_point::{LossPoint, loss_point};
use crate::context::provenance::{Creator, LIMIT, Origin, Presence};
use crate::print::draw::Draw;
use crate::print::palette::{PLAIN, Painted, Palette};
use crate::print::report::Report;
use crate::print::resource_name::ResourceName;
use crate::print::short_location::ShortLocation;

/// The error of a value that was required where there is none.
///
/// [`RequiredExt::required`](crate::RequiredExt::required) returns it.
///
/// Its first line says where the value was lost. The next lines show the executing resource and its creators, each with whether
/// the value was there when it was created and when it first ran. All of that is known if a
/// [`ContextWatch`](crate::ContextWatch) of the local was enabled when they were created; otherwise only the executing resource is.
///
/// # Examples
///
/// ```
/// use async_hooks_core::{AsyncLocal, AsyncResource};
/// use async_hooks_diagnostics::{ContextWatch, LossPoint, RequiredExt as _};
///
/// static USER: AsyncLocal<&str> = AsyncLocal::new().named("user");
/// static PATH: AsyncLocal<&str> = AsyncLocal::new();
///
/// let _enabled = ContextWatch::of(&USER).label_with(|| PATH.get()).build().enable_scoped();
/// let request = PATH.run("/orders", || AsyncResource::new("request"));
/// let query = request.run_in_async_scope(|| AsyncResource::new("query"));
/// let missing = query.run_in_async_scope(|| USER.required()).unwrap_err();
///
/// assert_eq!((missing.local(), missing.lost()), ("user", LossPoint::NeverSet));
/// assert_eq!((missing.resource(), missing.label()), (query.resource(), Some("/orders")));
/// assert_eq!(missing.read_at().line(), query.resource().location().line() + 1);
/// assert_eq!(Vec::from_iter(missing.creators()), [request.resource()]);
/// ```
#[derive(Clone, Debug)]
pub struct MissingContext {
    /// In a box, since an error travels through every caller.
    pub(crate) details: Box<Details>,
}

#[derive(Clone, Debug)]
pub(crate) struct Details {
    pub(crate) local: &'static str,
    pub(crate) read_at: Location,
    pub(crate) thread: String,
    pub(crate) label: Option<Arc<str>>,
    pub(crate) lost: LossPoint,
    pub(crate) line: Vec<Step>,
    pub(crate) end: End,
}

/// One resource on the way from here to the root.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Step {
    pub(crate) resource: Resource,
    pub(crate) at_creation: Presence,
    pub(crate) at_start: Presence,
}

/// What is behind the last step.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum End {
    Root,
    Unknown,
}

impl MissingContext {
    /// `origin` is what a watch knows of the executing resource.
    #[cold]
    pub(crate) fn here(local: &'static str, read_at: Location, origin: Option<&Arc<Origin>>) -> MissingContext {
        let here = execution_async_resource();
        let line = match origin {
            Some(origin) => origin.line().take(LIMIT).map(|origin| Step::of(origin)).collect(),
            None => vec![Step { resource: here, at_creation: Presence::Unknown, at_start: Presence::Unknown }],
        };
        let lost = match origin {
            _ if here.async_id() == AsyncId::ROOT => LossPoint::OutsideResources,
            Some(origin) => loss_point(origin),
            None => LossPoint::NotWatched,
        };
        let reaches_root = |origin: &Arc<Origin>| origin.line().nth(LIMIT - 1).is_none() && ends_in_root(origin);
        let end = if origin.is_some_and(reaches_root) { End::Root } else { End::Unknown };
        let thread = std::thread::current();
        let thread = thread.name().map_or_else(|| format!("{:?}", thread.id()), str::to_owned);
        let label = origin.and_then(|origin| origin.label().cloned());
        MissingContext { details: Box::new(Details { local, read_at, thread, label, lost, line, end }) }
    }

    /// The name of the local, or `""`.
    #[must_use]
    pub fn local(&self) -> &'static str {
        self.details.local
    }

    /// The line that required the value.
    #[must_use]
    pub fn read_at(&self) -> Location {
        self.details.read_at
    }

    /// The resource that executes where the value was required.
    #[must_use]
    pub fn resource(&self) -> Resource {
        self.details.line.first().map_or_else(execution_async_resource, |here| here.resource)
    }

    /// The label of the executing resource.
    ///
    /// [`label_with`](crate::ContextWatchBuilder::label_with) gives it.
    #[must_use]
    pub fn label(&self) -> Option<&str> {
        self.details.label.as_deref()
    }

    /// The creator of the executing resource, the creator of that one, and so on.
    ///
    /// Nearest first, at most 15. The root is not among them.
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

impl Draw for MissingContext {
    fn draw(&self, f: &mut fmt::Formatter<'_>, palette: &Palette) -> fmt::Result {
        let Details { local, read_at, line, .. } = &*self.details;
        let name = if local.is_empty() { "an unnamed local".to_owned() } else { format!("`{}`", Escaped(local)) };
        write!(f, "{}, ", Painted(palette.heading, format_args!("no value of {name}")))?;
        write!(f, "required at {}: ", Painted(palette.place, ShortLocation(*read_at)))?;
        self.write_cause(f, palette)?;
        for (depth, step) in line.iter().enumerate() {
            let (blanks, branch) = (3 * depth, if depth == 0 { "in" } else { "└─ created by" });
            write!(f, "\n{:blanks$}{} {}", "", Painted(palette.faint, branch), ResourceName(&step.resource, palette))?;
            write_presence(f, palette, step)?;
            let label = self.label().filter(|_| depth == 0);
            label.map_or(Ok(()), |label| write!(f, ", label {}", Escaped(label)))?;
        }
        self.write_end(f, palette)
    }
}

impl MissingContext {
    fn write_cause(&self, f: &mut fmt::Formatter<'_>, palette: &Palette) -> fmt::Result {
        match &self.details.lost {
            LossPoint::OutsideResources => {
                write!(f, "nothing carries a context to thread {}; ", Escaped(&self.details.thread))?;
                write!(f, "spawn with `async_hooks::tokio::spawn`, or `bind` the callback")
            }
            LossPoint::WithinResource => {
                write!(f, "it was here and is not any more: hidden by an exit, or its scope has ended")
            }
            LossPoint::NotInherited { created } => {
                let created = ResourceName(created, palette);
                write!(f, "{created} was created where it was, and did not inherit it")
            }
            LossPoint::EndedBeforeSpawn { creator, created } => {
                let [creator, created] = [creator, created].map(|resource| ResourceName(resource, palette));
                write!(f, "{creator} has had it, but not when it created {created}")
            }
            LossPoint::NeverSet => write!(f, "no resource was seen with it"),
            LossPoint::NotWatched => {
                write!(f, "a `ContextWatch` of it, enabled earlier, would tell where it was lost")
            }
        }
    }

    fn write_end(&self, f: &mut fmt::Formatter<'_>, palette: &Palette) -> fmt::Result {
        let Details { line, end, lost, .. } = &*self.details;
        let blanks = 3 * line.len();
        let branch = Painted(palette.faint, "└─ created by");
        match end {
            End::Root => write!(f, "\n{:blanks$}{branch} root {}", "", AsyncId::ROOT),
            End::Unknown if *lost == LossPoint::OutsideResources => Ok(()),
            End::Unknown => write!(f, "\n{:blanks$}{branch} others, of which nothing is known", ""),
        }
    }
}

fn write_presence(f: &mut fmt::Formatter<'_>, palette: &Palette, step: &Step) -> fmt::Result {
    let seen = match (step.at_creation, step.at_start) {
        (Presence::Unknown, Presence::Unknown) => return Ok(()),
        (Presence::Present, Presence::Missing) => Painted(palette.alarm, "created with it, started without"),
        (Presence::Present, _) => Painted(palette.faint, "created with it"),
        (Presence::Missing, Presence::Present) => Painted(palette.faint, "created without it, started with it"),
        (Presence::Missing, _) => Painted(palette.faint, "created without it"),
        (Presence::Unknown, Presence::Present) => Painted(palette.faint, "started with it"),
        (Presence::Unknown, Presence::Missing) => Painted(palette.faint, "started without it"),
    };
    write!(f, ", {seen}")
}

impl fmt::Display for MissingContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.draw(f, &PLAIN)
    }
}

impl Error for MissingContext {}

impl Report for MissingContext {}
