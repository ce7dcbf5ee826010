//! One living resource, as it was when it was listed.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_hooks_core::{AsyncId, Resource};
use async_hooks_tools::{Escaped, HumanDuration};

use crate::alive::clock::{Moment, duration_of};
use crate::alive::record::Record;
use crate::alive::table::TABLE;
use crate::alive::trigger_chain::Trigger;
use crate::print::count::Counted;
use crate::print::draw::Draw;
use crate::print::palette::{PLAIN, Painted, Palette};
use crate::print::report::Report;
use crate::print::short_location::ShortLocation;

/// One living resource, as it was when it was listed.
///
/// It is a copy: it does not change, and keeps nothing alive. [`Registry::live`](crate::Registry::live) returns them. Times are
/// real time, also while a runtime's clock is paused.
///
/// # Examples
///
/// ```
/// use async_hooks_core::{AsyncLocal, AsyncResource};
/// use async_hooks_diagnostics::Registry;
///
/// static PATH: AsyncLocal<&str> = AsyncLocal::new();
///
/// let registry = Registry::new().label_with(|| PATH.get());
/// registry.enable();
/// let request = PATH.run("/orders", || AsyncResource::new("request"));
/// let query = request.run_in_async_scope(|| AsyncResource::new("query"));
/// query.run_in_async_scope(|| ());
///
/// let live = registry.get(query.async_id()).unwrap();
/// assert_eq!((live.resource(), live.trigger()), (query.resource(), Some(request.resource())));
/// assert_eq!((live.label(), live.polls(), live.is_executing()), (Some("/orders"), 1, false));
/// assert!(live.busy() <= live.age() && live.last_polled_ago() <= Some(live.age()));
///
/// drop(request);
/// assert!(registry.get(query.async_id()).unwrap().is_orphan());
/// ```
#[derive(Clone, Debug)]
pub struct LiveResource {
    resource: Resource,
    label: Option<Arc<str>>,
    trigger: Trigger,
    /// Times stay ticks until a method converts them: there may be a million of these.
    age: u64,
    polls: u64,
    busy: u64,
    last_polled_ago: u64,
    is_executing: bool,
    is_orphan: bool,
}

impl LiveResource {
    pub(crate) fn new(record: &Record, label: Option<Arc<str>>, now: Moment) -> LiveResource {
        let last_polled_ago = record.last_polled().map_or(0, |last| now.ticks_since(last));
        let is_executing = record.open_scopes() > 0;
        let running = if is_executing { last_polled_ago } else { 0 };
        LiveResource {
            resource: record.resource(),
            label,
            trigger: record.trigger().clone(),
            age: now.ticks_since(record.born()),
            polls: record.polls(),
            busy: record.busy().saturating_add(running),
            last_polled_ago,
            is_executing,
            is_orphan: record.orphaned_at().is_some(),
        }
    }

    /// The chosen resources of this generation and later ones, by id.
    ///
    /// `is_chosen` runs while a part of the table is locked; labels are looked up afterwards.
    pub(crate) fn all(
        generation: u32,
        is_chosen: impl Fn(&Record) -> bool,
        label_of: impl Fn(AsyncId) -> Option<Arc<str>>,
    ) -> Vec<LiveResource> {
        let mut records = TABLE.records_since(generation, is_chosen);
        records.sort_unstable_by_key(|(id, _)| *id);
        let now = Moment::now();
        let records = records.into_iter();
        records.map(|(id, record)| LiveResource::new(&record, label_of(id), now)).collect()
    }

    /// Its ids, its kind, and the line that created it.
    #[must_use]
    pub fn resource(&self) -> Resource {
        self.resource
    }

    /// Its trigger, alive or gone.
    ///
    /// `None` for the root, and for a trigger that was created before the registry was enabled.
    #[must_use]
    pub fn trigger(&self) -> Option<Resource> {
        self.trigger.link().map(|trigger| trigger.resource())
    }

    /// Its label, if the registry has [`label_with`](crate::Registry::label_with).
    #[must_use]
    pub fn label(&self) -> Option<&str> {
        self.label.as_deref()
    }

    /// Whether its trigger has been destroyed.
    #[must_use]
    pub fn is_orphan(&self) -> bool {
        self.is_orphan
    }

    /// The time since it was created.
    #[must_use]
    pub fn age(&self) -> Duration {
        duration_of(self.age)
    }

    /// The number of its polls, or of its calls if it is a callback.
    #[must_use]
    pub fn polls(&self) -> u64 {
        self.polls
    }

    /// The time it has run in all, including a poll that runs now.
    ///
    /// Nested scopes count each. Of scopes that end on two threads at the same moment, one may be missed.
    #[must_use]
    pub fn busy(&self) -> Duration {
        duration_of(self.busy)
    }

    /// The time since its last poll ended, or began if it runs now; `None` if it never ran.
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

/// Draws one line.
///
/// `tokio::task 261  src/main.rs:100:5  38 ms old, 3 polls, busy 12 µs, last polled 30 ms ago  GET /orders`
impl Draw for LiveResource {
    fn draw(&self, f: &mut fmt::Formatter<'_>, palette: &Palette) -> fmt::Result {
        let kind = Painted(palette.kind, Escaped(self.resource.kind()));
        let place = Painted(palette.place, ShortLocation(self.resource.location()));
        write!(f, "{kind} {}  {place}  {} old, ", self.resource.async_id(), HumanDuration(self.age()))?;
        self.write_polls(f, palette)?;
        self.label().map_or(Ok(()), |label| write!(f, "  {}", Escaped(label)))
    }
}

impl LiveResource {
    fn write_polls(&self, f: &mut fmt::Formatter<'_>, palette: &Palette) -> fmt::Result {
        let Some(ago) = self.last_polled_ago() else { return write!(f, "never polled") };
        let polls = Counted(usize::try_from(self.polls).unwrap_or(usize::MAX), "poll");
        write!(f, "{polls}, busy {}, ", HumanDuration(self.busy()))?;
        match self.is_executing {
            true => write!(f, "{} for {}", Painted(palette.alarm, "executing"), HumanDuration(ago)),
            false => write!(f, "last polled {} ago", HumanDuration(ago)),
        }
    }
}

impl fmt::Display for LiveResource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.draw(f, &PLAIN)
    }
}

impl Report for LiveResource {}
