//! What a resource did with its life, and what it waited for.

use std::time::Duration;

use async_hooks_core::AsyncId;

use crate::model::lifetime::Lifetime;
use crate::model::recording::Recording;
use crate::replay::named::Named;
use crate::replay::state::{State, WaitingFor};
use crate::replay::stretches::{Stretch, stretches};
use crate::time::time_range::TimeRange;
use crate::time::timestamp::Timestamp;

/// What a resource did from its creation to its end.
///
/// In each stretch it ran, was queued, or waited for a resource, a timer or I/O.
///
/// The stretches follow each other without gaps: they add up to the life, to the nanosecond. Displays as aligned text.
///
/// # Examples
///
/// ```
/// use async_hooks_core::AsyncResource;
/// use async_hooks_recorder::{FlightRecorder, State};
///
/// let recorder = FlightRecorder::builder().build();
/// recorder.enable();
/// let job = AsyncResource::new("job");
/// job.run_in_async_scope(|| ());
/// let id = { job }.async_id();
///
/// let path = recorder.recording().critical_path(id);
/// assert_eq!(path.segments()[0].state(), &State::Queued, "until its first call");
/// assert_eq!(path.segments().iter().map(|segment| segment.duration()).sum::<std::time::Duration>(), path.duration());
/// println!("{path}");
/// ```
#[derive(Clone, Debug)]
pub struct CriticalPath {
    pub(super) subject: Option<Named>,
    pub(super) range: TimeRange,
    segments: Vec<Segment>,
}

/// One stretch of a [`CriticalPath`].
///
/// # Examples
///
/// ```
/// use async_hooks_core::FutureExt as _;
/// use async_hooks_recorder::{FlightRecorder, State, WaitingFor};
/// use futures::{channel::oneshot, executor::block_on, future::join};
///
/// let recorder = FlightRecorder::builder().build();
/// recorder.enable();
/// let (sender, receiver) = oneshot::channel();
/// let request = receiver.in_async_resource("request");
/// let query = async { sender.send("an order") }.in_async_resource("query");
/// let [id, query_id] = [request.resource(), query.resource()].map(|resource| resource.async_id());
/// assert_eq!(block_on(join(request, query)).0, Ok("an order"));
///
/// let recording = recorder.recording();
/// let path = recording.critical_path(id);
/// assert_eq!(Some(path.segments()[0].start()), recording.lifetime(id).unwrap().start());
///
/// let waits_for_query =
///     |state: &State| matches!(state, State::Waiting { for_whom: WaitingFor::Resource(id), .. } if *id == query_id);
/// let wait = path.segments().iter().find(|segment| waits_for_query(segment.state())).unwrap();
/// let meanwhile = wait.meanwhile(); // what the query did in this time
/// assert!(meanwhile.iter().any(|segment| matches!(segment.state(), State::Running { .. })));
/// assert_eq!(meanwhile.iter().map(|segment| segment.duration()).sum::<std::time::Duration>(), wait.duration());
/// ```
#[derive(Clone, Debug)]
pub struct Segment {
    range: TimeRange,
    state: State,
    /// Its future had returned, and was not dropped yet.
    pub(crate) is_done: bool,
    /// Who was waited for.
    pub(super) other: Option<Named>,
    meanwhile: Vec<Segment>,
}

/// So deep is a wait for a wait explained.
const DEPTH: usize = 4;

/// The number of stretches of others that are listed in all.
const MEANWHILE: usize = 1_000;

impl Recording {
    /// Returns what the resource with this id did, and what it waited for.
    ///
    /// For an unknown id it is empty.
    ///
    /// ```
    /// use async_hooks_core::{AsyncId, AsyncResource};
    /// use async_hooks_recorder::{FlightRecorder, State};
    ///
    /// let recorder = FlightRecorder::builder().build();
    /// recorder.enable();
    /// let job = AsyncResource::new("job");
    /// job.run_in_async_scope(|| ());
    ///
    /// let recording = recorder.recording();
    /// let path = recording.critical_path(job.async_id());
    /// assert!(path.segments().iter().any(|segment| matches!(segment.state(), State::Running { .. })));
    /// assert!(recording.critical_path(AsyncId::ROOT).segments().is_empty());
    /// ```
    #[must_use]
    pub fn critical_path(&self, id: AsyncId) -> CriticalPath {
        let Some(life) = self.lifetime(id) else {
            let start = self.interval().start();
            return CriticalPath { subject: None, range: TimeRange::new(start, start), segments: Vec::new() };
        };
        let range = self.range_of(life);
        let mut budget = MEANWHILE;
        let segments = segments_of(self, life, range, &mut vec![id], &mut budget);
        CriticalPath { subject: Some(Named::of(life)), range, segments }
    }
}

/// The segments of a life within a range. They are explained, as far as `budget` lasts.
///
/// `waiting` are those whose wait these explain, so that a circle of waits ends.
fn segments_of(
    recording: &Recording,
    life: &Lifetime,
    range: TimeRange,
    waiting: &mut Vec<AsyncId>,
    budget: &mut usize,
) -> Vec<Segment> {
    let done_at = life.polls.last().filter(|_| life.is_resolved).map_or(Timestamp::MAX, |last| last.end);
    let explain = |Stretch { range, state }| {
        let other = match &state {
            State::Waiting { for_whom: WaitingFor::Resource(id), .. } => recording.lifetime(*id),
            _ => None,
        };
        let meanwhile = other.map_or_else(Vec::new, |other| meanwhile(recording, other, range, waiting, budget));
        Segment { range, state, is_done: range.start() >= done_at, other: other.map(Named::of), meanwhile }
    };
    stretches(recording, life, range).into_iter().map(explain).collect()
}

/// What the one that is waited for did in this time.
fn meanwhile(
    recording: &Recording,
    other: &Lifetime,
    range: TimeRange,
    waiting: &mut Vec<AsyncId>,
    budget: &mut usize,
) -> Vec<Segment> {
    if waiting.len() >= DEPTH || waiting.contains(&other.async_id) || *budget == 0 {
        return Vec::new();
    }
    let life = recording.range_of(other);
    let (from, to) = (range.start().max(life.start()), range.end().min(life.end()));
    waiting.push(other.async_id);
    let mut segments = segments_of(recording, other, TimeRange::new(from, to), waiting, budget);
    waiting.pop();
    segments.truncate(*budget);
    *budget -= segments.len();
    segments
}

impl Segment {
    /// Returns when the stretch begins.
    #[must_use]
    pub fn start(&self) -> Timestamp {
        self.range.start()
    }

    /// Returns how long it is, which is never zero.
    #[must_use]
    pub fn duration(&self) -> Duration {
        self.range.duration()
    }

    /// Returns what the resource did.
    #[must_use]
    pub fn state(&self) -> &State {
        &self.state
    }

    /// Returns what the one that was waited for did meanwhile, as far as it lived then.
    #[must_use]
    pub fn meanwhile(&self) -> &[Segment] {
        &self.meanwhile
    }
}

impl CriticalPath {
    /// Returns the stretches, in their order.
    #[must_use]
    pub fn segments(&self) -> &[Segment] {
        &self.segments
    }

    /// Returns the length of the life, as far as the recording knows it.
    #[must_use]
    pub fn duration(&self) -> Duration {
        self.range.duration()
    }
}
