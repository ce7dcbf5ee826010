//! One living resource, as it was when it was listed.

use std::fmt;
use std::time::Duration;

use async_hooks_core::Resource;
use serde::Serialize;

use crate::clock::{Moment, duration_of};
use crate::facts;
use crate::palette::{Painted, Palette};
use crate::place::Place;
use crate::record::Record;
use crate::report::{Counted, Report};
use crate::span::Span;

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
#[derive(Clone, Debug, Serialize)]
pub struct LiveResource {
    #[serde(flatten, serialize_with = "facts::of_one")]
    resource: Resource,
    /// A copy, since it may be gone; `None` for the root and for what was never seen.
    #[serde(skip)]
    trigger: Option<Resource>,
    is_orphan: bool,
    #[serde(rename = "age_seconds")]
    age: Span,
    polls: u64,
    #[serde(rename = "busy_seconds")]
    busy: Span,
    #[serde(rename = "last_polled_seconds_ago")]
    last_polled_ago: Option<Span>,
    is_executing: bool,
}

impl LiveResource {
    pub(crate) fn new(record: &Record, now: Moment) -> LiveResource {
        let last_polled = record.last_polled();
        let is_executing = record.open_scopes() > 0;
        let running = last_polled.filter(|_| is_executing).map_or(0, |since| now.ticks_since(since));
        let trigger = record.trigger().link();
        LiveResource {
            resource: record.resource(),
            trigger: trigger.map(|trigger| trigger.resource()),
            is_orphan: trigger.is_some_and(|trigger| trigger.ended().is_some()),
            age: Span(now.since(record.born())),
            polls: record.polls(),
            busy: Span(duration_of(record.busy().saturating_add(running))),
            last_polled_ago: last_polled.map(|last| Span(now.since(last))),
            is_executing,
        }
    }

    /// Who it is, what it is, who triggered it and where it was made.
    #[must_use]
    pub fn resource(&self) -> Resource {
        self.resource
    }

    /// What triggered it, alive or gone; `None` for the root, and for what was created before anybody listened.
    #[must_use]
    pub fn trigger(&self) -> Option<Resource> {
        self.trigger
    }

    /// Whether what triggered it is gone.
    #[must_use]
    pub fn is_orphan(&self) -> bool {
        self.is_orphan
    }

    /// How long ago it was created.
    #[must_use]
    pub fn age(&self) -> Duration {
        self.age.0
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
        self.busy.0
    }

    /// How long ago its last poll ended, or began if it runs now; `None` if it never ran.
    #[must_use]
    pub fn last_polled_ago(&self) -> Option<Duration> {
        self.last_polled_ago.map(|ago| ago.0)
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
        write!(f, "{kind} {}  {place}  {} old, ", self.resource.async_id(), self.age)?;
        match self.last_polled_ago {
            None => write!(f, "never polled"),
            Some(ago) => {
                let polls = Counted(usize::try_from(self.polls).unwrap_or(usize::MAX), "poll");
                write!(f, "{polls}, busy {}, ", self.busy)?;
                match self.is_executing {
                    true => write!(f, "{} for {}", Painted(palette.alarm, "executing"), ago),
                    false => write!(f, "last polled {} ago", ago),
                }
            }
        }
    }
}

impl Report for LiveResource {}
