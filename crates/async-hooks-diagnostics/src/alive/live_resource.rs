//! One living resource, as it was when it was listed.

use std::fmt;
use std::time::Duration;

use async_hooks_core::Resource;
use serde::{Serialize, Serializer};

use crate::alive::clock::{Moment, duration_of};
use crate::alive::lineage::Trigger;
use crate::alive::record::Record;
use crate::alive::table::TABLE;
use crate::print::facts;
use crate::print::palette::{Painted, Palette};
use crate::print::place::Place;
use crate::print::report::{Counted, Report};
use crate::print::span::Span;

/// One living resource, as it was when it was listed: it does not change, nor keep anything alive.
///
/// Get them from [`Registry::live`](crate::Registry::live). Times are real time, whatever a runtime's paused clock shows.
///
/// # Examples
///
/// ```
/// use async_hooks_core::AsyncResource;
/// use async_hooks_diagnostics::Registry;
///
/// let registry = Registry::new();
/// registry.enable();
/// let query = AsyncResource::new("query");
/// query.run_in_async_scope(|| ());
///
/// let live = registry.live();
/// let live = live.iter().find(|live| live.resource() == query.resource()).unwrap();
/// assert_eq!((live.polls(), live.is_executing()), (1, false));
/// assert!(live.busy() <= live.age());
/// ```
#[derive(Clone, Debug)]
pub struct LiveResource {
    resource: Resource,
    trigger: Trigger,
    /// Times are ticks until somebody asks: there may be a million of these.
    age: u64,
    polls: u64,
    busy: u64,
    last_polled_ago: u64,
    is_executing: bool,
    is_orphan: bool,
}

impl LiveResource {
    pub(crate) fn new(record: &Record, now: Moment) -> LiveResource {
        let last_polled_ago = record.last_polled().map_or(0, |last| now.ticks_since(last));
        let is_executing = record.open_scopes() > 0;
        let running = if is_executing { last_polled_ago } else { 0 };
        LiveResource {
            resource: record.resource(),
            trigger: record.trigger().clone(),
            age: now.ticks_since(record.born()),
            polls: record.polls(),
            busy: record.busy().saturating_add(running),
            last_polled_ago,
            is_executing,
            is_orphan: record.trigger().link().is_some_and(|trigger| trigger.ended().is_some()),
        }
    }

    /// All of these generations, by id. They are chosen and named while a part of the table is locked, and looked at when it
    /// no longer is.
    pub(crate) fn all(generation: u32, is_chosen: impl Fn(&Record) -> bool) -> Vec<LiveResource> {
        let mut records = TABLE.records_since(generation, is_chosen);
        records.sort_unstable_by_key(|(id, _)| *id);
        let now = Moment::now();
        records.into_iter().map(|(_, record)| LiveResource::new(&record, now)).collect()
    }

    /// Who it is, what it is, who triggered it and where it was made.
    #[must_use]
    pub fn resource(&self) -> Resource {
        self.resource
    }

    /// What triggered it, alive or gone; `None` for the root, and for what was created before anybody listened.
    #[must_use]
    pub fn trigger(&self) -> Option<Resource> {
        self.trigger.link().map(|trigger| trigger.resource())
    }

    /// Whether what triggered it is gone.
    #[must_use]
    pub fn is_orphan(&self) -> bool {
        self.is_orphan
    }

    /// How long ago it was created.
    #[must_use]
    pub fn age(&self) -> Duration {
        duration_of(self.age)
    }

    /// How often it was entered: the polls of a future, the calls of a callback.
    #[must_use]
    pub fn polls(&self) -> u64 {
        self.polls
    }

    /// How long it has run in all, the poll that runs now included. Of scopes one inside the other each counts; of scopes that
    /// end on two threads at the same moment, one may be missed.
    #[must_use]
    pub fn busy(&self) -> Duration {
        duration_of(self.busy)
    }

    /// How long ago its last poll ended, or began if it runs now; `None` if it never ran.
    #[must_use]
    pub fn last_polled_ago(&self) -> Option<Duration> {
        (self.polls > 0).then(|| duration_of(self.last_polled_ago))
    }

    /// Whether one of its scopes is open, on any thread.
    #[must_use]
    pub fn is_executing(&self) -> bool {
        self.is_executing
    }
}

/// One line: `tokio::task 261  src/main.rs:100:5  38 ms old, 3 polls, busy 12 µs, last polled 30 ms ago`.
impl fmt::Display for LiveResource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let palette = Palette::of(f);
        let kind = Painted(palette.kind, self.resource.kind());
        let place = Painted(palette.place, Place(self.resource.location()));
        write!(f, "{kind} {}  {place}  {} old, ", self.resource.async_id(), Span(self.age()))?;
        match self.last_polled_ago() {
            None => write!(f, "never polled"),
            Some(ago) => {
                let polls = Counted(usize::try_from(self.polls).unwrap_or(usize::MAX), "poll");
                write!(f, "{polls}, busy {}, ", Span(self.busy()))?;
                match self.is_executing {
                    true => write!(f, "{} for {}", Painted(palette.alarm, "executing"), Span(ago)),
                    false => write!(f, "last polled {} ago", Span(ago)),
                }
            }
        }
    }
}

impl Serialize for LiveResource {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Fields {
            #[serde(flatten, serialize_with = "facts::of_one")]
            resource: Resource,
            is_orphan: bool,
            age_seconds: Span,
            polls: u64,
            busy_seconds: Span,
            last_polled_seconds_ago: Option<Span>,
            is_executing: bool,
        }
        let fields = Fields {
            resource: self.resource,
            is_orphan: self.is_orphan,
            age_seconds: Span(self.age()),
            polls: self.polls,
            busy_seconds: Span(self.busy()),
            last_polled_seconds_ago: self.last_polled_ago().map(Span),
            is_executing: self.is_executing,
        };
        fields.serialize(serializer)
    }
}

impl Report for LiveResource {}
