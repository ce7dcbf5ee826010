//! The events of one thread, in the order in which a trace needs them.
//!
//! Slices of one track must nest, so a poll that overlaps another one (spans may be left in any order) goes to a further *lane*.

use crate::model::poll_record::PollRecord;
use crate::model::recording::Contents;
use crate::time::timestamp::Timestamp;

/// Where an event is.
///
/// The place of the lifetime, and that in its list of polls, wakes or attributes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct At {
    pub(crate) life: usize,
    pub(crate) index: usize,
}

/// An event that takes no time.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Instant {
    Spawn(usize),
    Wake(At),
    Attribute(At),
    Log(usize),
}

/// What is written next.
pub(crate) enum Step {
    Begin { poll: At, lane: usize },
    End { lane: usize },
    Instant(Instant),
}

/// All events of one thread.
#[derive(Default)]
pub(crate) struct ThreadItems {
    pub(crate) polls: Vec<At>,
    pub(crate) instants: Vec<(Timestamp, Instant)>,
}

impl ThreadItems {
    pub(crate) fn first(&self, contents: &Contents) -> Option<Timestamp> {
        let polls = self.polls.iter().map(|at| poll(contents, *at).start);
        polls.chain(self.instants.iter().map(|(at, _)| *at)).min()
    }

    /// Visits the events in the order of their times.
    pub(crate) fn visit<E>(
        mut self,
        contents: &Contents,
        mut visit: impl FnMut(Timestamp, Step) -> Result<(), E>,
    ) -> Result<(), E> {
        self.polls.sort_by_key(|at| {
            let poll = poll(contents, *at);
            (poll.start, std::cmp::Reverse(poll.end))
        });
        self.instants.sort_by_key(|(at, _)| *at);
        let mut lanes = Lanes::default();
        let mut instants = self.instants.into_iter().peekable();
        for at in self.polls {
            let poll = poll(contents, at);
            while let Some((time, instant)) = instants.next_if(|(time, _)| *time <= poll.start) {
                lanes.end_until(time, &mut visit)?;
                visit(time, Step::Instant(instant))?;
            }
            lanes.end_until(poll.start, &mut visit)?;
            let lane = lanes.begin(poll.end, goes_on(contents, poll));
            visit(poll.start, Step::Begin { poll: at, lane })?;
        }
        for (time, instant) in instants {
            lanes.end_until(time, &mut visit)?;
            visit(time, Step::Instant(instant))?;
        }
        lanes.end_until(Timestamp::MAX, &mut visit)
    }
}

fn poll(contents: &Contents, at: At) -> &PollRecord {
    &contents.lifetimes[at.life].polls[at.index]
}

/// Whether the poll goes on at the end of the recording: its slice has no end.
pub(crate) fn goes_on(contents: &Contents, poll: &PollRecord) -> bool {
    poll.flags.is_open && poll.end == contents.interval.end()
}

/// The polls that have begun and not ended.
#[derive(Default)]
struct Lanes {
    open: Vec<OpenSlice>,
}

struct OpenSlice {
    end: Timestamp,
    lane: usize,
    goes_on: bool,
}

impl Lanes {
    /// The first lane in which all polls end later.
    fn begin(&mut self, end: Timestamp, goes_on: bool) -> usize {
        let is_free = |lane: &usize| self.open.iter().all(|open| open.lane != *lane || open.end >= end);
        let lane = (0..=self.open.len()).find(is_free).unwrap_or_default();
        self.open.push(OpenSlice { end, lane, goes_on });
        lane
    }

    /// Ends the polls that end until this moment, in their order, the inner ones first.
    fn end_until<E>(
        &mut self,
        time: Timestamp,
        visit: &mut impl FnMut(Timestamp, Step) -> Result<(), E>,
    ) -> Result<(), E> {
        while let Some(place) = self.next_to_end().filter(|place| self.open[*place].end <= time) {
            let OpenSlice { end, lane, goes_on } = self.open.remove(place);
            if !goes_on {
                visit(end, Step::End { lane })?;
            }
        }
        Ok(())
    }

    fn next_to_end(&self) -> Option<usize> {
        (0..self.open.len()).rev().min_by_key(|place| self.open[*place].end)
    }
}
