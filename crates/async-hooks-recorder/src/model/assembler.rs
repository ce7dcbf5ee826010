//! Builds a recording out of events, whether they come from rings or from a file.
//!
//! The events of one thread come in their order; threads come in any order.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use async_hooks_core::AsyncId;
use smallvec::SmallVec;

use crate::model::attribute_record::AttributeRecord;
use crate::model::children::Children;
use crate::model::gap::Gap;
use crate::model::id_hash::IdHash;
use crate::model::lifetime::Lifetime;
use crate::model::log_record::LogRecord;
use crate::model::poll_record::PollRecord;
use crate::model::recording::{Contents, Losses, Recording};
use crate::model::site::Site;
use crate::model::thread::Thread;
use crate::model::wake_record::WakeRecord;
use crate::time::time_range::TimeRange;
use crate::time::timestamp::Timestamp;

/// What is known of a resource besides its polls and wakes.
pub(crate) struct Description {
    pub(crate) trigger: Option<AsyncId>,
    pub(crate) site: Arc<Site>,
    pub(crate) label: Option<Arc<str>>,
    pub(crate) start: Option<Timestamp>,
    pub(crate) end: Option<Timestamp>,
    pub(crate) created_on: Option<Arc<Thread>>,
}

/// What a recording is besides its events.
pub(crate) struct Frame {
    pub(crate) interval: TimeRange,
    pub(crate) gaps: Vec<Gap>,
    pub(crate) losses: Losses,
    pub(crate) process: u32,
}

pub(crate) struct Assembler {
    /// Where the lifetime of each id is in `lives`.
    places: HashMap<AsyncId, usize, IdHash>,
    /// The id that was asked for last, and its place.
    ///
    /// Events of one resource often follow each other.
    last: Option<(AsyncId, usize)>,
    lives: Vec<Life>,
    logs: Vec<LogRecord>,
    unknown: Arc<Site>,
}

struct Life {
    lifetime: Lifetime,
    is_described: bool,
}

impl Assembler {
    pub(crate) fn new() -> Assembler {
        let unknown = Arc::new(Site::unknown());
        Assembler { places: HashMap::default(), last: None, lives: Vec::new(), logs: Vec::new(), unknown }
    }

    /// Makes room for this many resources.
    pub(crate) fn reserve(&mut self, resources: usize) {
        self.places.reserve(resources);
        self.lives.reserve(resources);
    }

    /// Notes what a resource is; the first description of an id counts.
    pub(crate) fn describe(&mut self, id: AsyncId, description: Description) -> bool {
        let life = self.life(id);
        if life.is_described {
            return false;
        }
        life.is_described = true;
        let lifetime = &mut life.lifetime;
        lifetime.trigger = description.trigger;
        lifetime.site = description.site;
        lifetime.label = description.label;
        lifetime.start = description.start;
        lifetime.end = description.end;
        lifetime.created_on = description.created_on.or(lifetime.created_on.take());
        true
    }

    /// The resources of which events are known, and not what they are.
    pub(crate) fn undescribed(&self) -> Vec<AsyncId> {
        self.lives.iter().filter(|life| !life.is_described).map(|life| life.lifetime.async_id).collect()
    }

    /// Notes when a resource that is described ended.
    pub(crate) fn end(&mut self, id: AsyncId, at: Timestamp) {
        self.life(id).lifetime.end = Some(at);
    }

    /// Notes on which thread a resource was created.
    pub(crate) fn created_on(&mut self, id: AsyncId, thread: Arc<Thread>) {
        self.life(id).lifetime.created_on = Some(thread);
    }

    pub(crate) fn poll(&mut self, id: AsyncId, poll: PollRecord) {
        self.life(id).lifetime.polls.push(poll);
    }

    pub(crate) fn wake(&mut self, id: AsyncId, wake: WakeRecord) {
        self.life(id).lifetime.wakes.push(wake);
    }

    pub(crate) fn attribute(&mut self, id: AsyncId, attribute: AttributeRecord) {
        self.life(id).lifetime.attributes.push(attribute);
    }

    pub(crate) fn resolve(&mut self, id: AsyncId) {
        self.life(id).lifetime.is_resolved = true;
    }

    pub(crate) fn log(&mut self, line: LogRecord) {
        self.logs.push(line);
    }

    /// Builds the recording.
    ///
    /// A resource that nothing describes is left out: it ended before what is known begins.
    pub(crate) fn finish(self, frame: Frame) -> Recording {
        let described = self.lives.into_iter().filter(|life| life.is_described);
        let mut lifetimes = Vec::from_iter(described.map(|life| in_order(life.lifetime)));
        // Each thread has brought them nearly in order, which this sort makes use of.
        lifetimes.sort_by_key(Lifetime::async_id);
        forget_surroundings(&mut lifetimes);
        let mut logs = self.logs;
        logs.sort_by_key(|line| line.at);
        let Frame { interval, gaps, losses, process } = frame;
        let children = Children::default();
        Recording::new(Contents { interval, gaps, lifetimes, logs, losses, process, children })
    }

    fn life(&mut self, id: AsyncId) -> &mut Life {
        let place = match self.last {
            Some((last, place)) if last == id => place,
            _ => self.place(id),
        };
        &mut self.lives[place]
    }

    fn place(&mut self, id: AsyncId) -> usize {
        let place = *self.places.entry(id).or_insert_with(|| {
            self.lives.push(Life { lifetime: nameless(id, &self.unknown), is_described: false });
            self.lives.len() - 1
        });
        self.last = Some((id, place));
        place
    }
}

/// Who was beside a wake matters only where the runtime or an operation of tokio's woke.
///
/// Who is not in the recording is a worker of the runtime, most likely, that began before.
fn forget_surroundings(lifetimes: &mut [Lifetime]) {
    let with_others = lifetimes.iter().flat_map(|life| &life.wakes).filter(|wake| wake.beside.is_some());
    let wakers = HashSet::<AsyncId, IdHash>::from_iter(with_others.map(|wake| wake.by));
    let life = |id: &AsyncId| lifetimes.binary_search_by_key(id, Lifetime::async_id).ok().map(|at| &lifetimes[at]);
    let is_program = |id: &AsyncId| life(id).is_some_and(|life| !life.is_of_tokio());
    let program = HashSet::<AsyncId, IdHash>::from_iter(wakers.into_iter().filter(is_program));
    let wakes = lifetimes.iter_mut().flat_map(|life| &mut life.wakes);
    for wake in wakes.filter(|wake| wake.beside.is_some() && program.contains(&wake.by)) {
        wake.beside = None;
    }
}

/// A life of which only the id is known.
pub(crate) fn nameless(async_id: AsyncId, site: &Arc<Site>) -> Lifetime {
    Lifetime {
        async_id,
        trigger: None,
        site: Arc::clone(site),
        label: None,
        start: None,
        end: None,
        created_on: None,
        is_resolved: false,
        polls: SmallVec::new(),
        wakes: SmallVec::new(),
        attributes: SmallVec::new(),
    }
}

/// Sorts what threads wrote at once, and makes the order of causes hold.
///
/// The clocks of two processors may differ by a few nanoseconds: a life begins before its polls, and ends after them.
fn in_order(mut life: Lifetime) -> Lifetime {
    life.polls.sort_by_key(|poll| (poll.start, poll.end, poll.thread.number));
    life.wakes.sort_by_key(|wake| (wake.at, wake.by, wake.thread.number));
    life.attributes.sort_by_key(|attribute| attribute.at);
    if let (Some(start), Some(first)) = (life.start, life.polls.first()) {
        life.start = Some(start.min(first.start));
    }
    if let Some(end) = life.end {
        let last_start = life.polls.last().map_or(end, |poll| poll.start);
        let end = end.max(last_start).max(life.start.unwrap_or(end));
        life.end = Some(end);
        life.polls.iter_mut().for_each(|poll| poll.end = poll.end.min(end));
    }
    life
}
