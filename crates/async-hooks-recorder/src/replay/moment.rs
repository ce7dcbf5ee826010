//! One moment of a recording.

use std::fmt;

use async_hooks_tools::Escaped;

use crate::model::lifetime::Lifetime;
use crate::model::poll_record::PollRecord;
use crate::model::recording::Recording;
use crate::replay::tree_lines::write_tree;
use crate::time::timestamp::Timestamp;

/// Who was alive at one moment, and who ran where.
///
/// Displays as a tree, each below its trigger.
///
/// # Examples
///
/// ```
/// use async_hooks_core::AsyncResource;
/// use async_hooks_recorder::{FlightRecorder, Timestamp};
///
/// let recorder = FlightRecorder::builder().build();
/// recorder.enable();
/// let query = AsyncResource::new("query");
/// let at = query.run_in_async_scope(Timestamp::now);
///
/// let recording = recorder.recording();
/// let moment = recording.at(at);
/// assert!(moment.alive().any(|life| life.async_id() == query.async_id()));
/// assert!(moment.running().any(|(_, life)| life.async_id() == query.async_id()));
/// assert!(moment.to_string().contains("query"));
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Moment<'a> {
    recording: &'a Recording,
    at: Timestamp,
}

impl Recording {
    /// Returns who was alive at this moment, and who ran.
    ///
    /// ```
    /// use async_hooks_core::AsyncResource;
    /// use async_hooks_recorder::{FlightRecorder, Timestamp};
    ///
    /// let recorder = FlightRecorder::builder().build();
    /// recorder.enable();
    /// let query = AsyncResource::new("query");
    /// let id = query.async_id();
    /// let while_it_lived = Timestamp::now();
    /// drop(query);
    ///
    /// let recording = recorder.recording();
    /// let alive = |at| recording.at(at).alive().any(|life| life.async_id() == id);
    /// assert!(alive(while_it_lived) && !alive(Timestamp::now()));
    /// ```
    #[must_use]
    pub fn at(&self, at: Timestamp) -> Moment<'_> {
        Moment { recording: self, at }
    }
}

impl<'a> Moment<'a> {
    /// Returns the resources that were alive, by id.
    pub fn alive(&self) -> impl Iterator<Item = &'a Lifetime> + use<'a> {
        let at = self.at;
        self.recording.lifetimes().filter(move |life| life.is_alive_at(at))
    }

    /// Returns the polls and calls that were going on: the name of the thread, and the resource.
    ///
    /// Threads come in the order of their names; where polls nest on a thread, the outer one comes first.
    pub fn running(&self) -> impl Iterator<Item = (&'a str, &'a Lifetime)> + use<'a> {
        let at = self.at;
        let mut running = Vec::from_iter(self.alive().filter_map(|life| Some((poll_at(life, at)?, life))));
        running.sort_by_key(|(poll, _)| (poll.thread(), poll.start));
        running.into_iter().map(|(poll, life)| (poll.thread(), life))
    }
}

/// The poll that went on at this moment.
fn poll_at(life: &Lifetime, at: Timestamp) -> Option<&PollRecord> {
    let begun = life.polls.partition_point(|poll| poll.start <= at);
    // Polls of one resource rarely overlap, and then by little.
    life.polls[..begun].iter().rev().take(8).find(|poll| goes_on_at(poll, at))
}

/// Whether a poll that has begun goes on.
///
/// One that takes no time, or has no end, does so at its last moment, too.
fn goes_on_at(poll: &PollRecord, at: Timestamp) -> bool {
    at < poll.end || (at == poll.end && (poll.flags.is_open || poll.start == poll.end))
}

impl<'a> Moment<'a> {
    /// The living, each below its trigger if that lives, with their depths.
    pub(crate) fn nodes(&self) -> Vec<(usize, &'a Lifetime)> {
        let lifetimes = &self.recording.contents.lifetimes;
        let is_alive = |place: &u32| lifetimes[*place as usize].is_alive_at(self.at);
        let trigger_is_shown = |place: &u32| {
            let trigger = lifetimes[*place as usize].trigger.and_then(|trigger| self.recording.lifetime(trigger));
            trigger.is_some_and(|trigger| trigger.is_alive_at(self.at))
        };
        let roots = (0..lifetimes.len() as u32).filter(|place| is_alive(place) && !trigger_is_shown(place));
        self.recording.below(roots.collect(), |life| life.is_alive_at(self.at))
    }
}

impl fmt::Display for Moment<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let nodes = self.nodes();
        writeln!(f, "{} alive", nodes.len())?;
        write_tree(f, &nodes, |life| match poll_at(life, self.at) {
            Some(poll) => format!("  running on {}", Escaped(poll.thread())),
            None => String::new(),
        })
    }
}
