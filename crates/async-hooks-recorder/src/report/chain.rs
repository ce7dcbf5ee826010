//! The chain of waits.
//!
//! For whom the longest wait was, what that one waited for, and so on to the cause.

use std::time::Duration;

use crate::model::lifetime::Lifetime;
use crate::model::recording::Recording;
use crate::replay::state::{State, WaitingFor};
use crate::replay::stretches::stretches;
use crate::report::piece::Activity;
use crate::time::time_range::TimeRange;

/// What a resource of the chain did for most of the time that the one before it waited.
#[derive(Clone, Copy)]
pub(crate) struct Link<'a> {
    pub(crate) life: &'a Lifetime,
    pub(crate) range: TimeRange,
    pub(crate) activity: Activity,
}

/// A chain has at most this number of links.
const LINKS: usize = 64;

/// The chain of a resource, which begins with itself and ends with the cause.
pub(crate) fn chain<'a>(recording: &'a Recording, life: &'a Lifetime) -> Vec<Link<'a>> {
    let mut chain = Vec::<Link<'a>>::new();
    let mut next = Some((life, recording.range_of(life)));
    while let Some((life, range)) = next.take().filter(|_| chain.len() < LINKS) {
        let longest = stretches(recording, life, range).into_iter().max_by_key(|stretch| stretch.range.duration());
        let Some(longest) = longest else { break };
        let done = life.is_resolved && life.polls.last().is_some_and(|last| longest.range.start() >= last.end);
        chain.push(Link { life, range: longest.range, activity: Activity::of_state(&longest.state, done) });
        if let State::Waiting { for_whom: WaitingFor::Resource(id), .. } = longest.state {
            let is_new = chain.iter().all(|link| link.life.async_id != id);
            let other = recording.lifetime(id).filter(|_| is_new);
            next = other.map(|other| (other, overlap(recording.range_of(other), longest.range)));
        }
    }
    chain
}

fn overlap(life: TimeRange, wait: TimeRange) -> TimeRange {
    TimeRange::new(life.start().max(wait.start()), life.end().min(wait.end()))
}

impl Link<'_> {
    pub(crate) fn duration(&self) -> Duration {
        self.range.duration()
    }
}
