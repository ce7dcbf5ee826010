//! How long a resource waited to run.

use std::time::Duration;

use async_hooks_recorder::{Lifetime, PollRecord};

/// The time between a resource's wakes and its polls.
///
/// For the first poll it begins with the creation. A wake during a poll waits from the end of that poll.
pub(crate) fn queued(life: &Lifetime) -> Duration {
    let polls = life.polls();
    let first = life.start().zip(polls.first()).map_or(Duration::ZERO, |(start, first)| first.start() - start);
    let mut wakes = life.wakes().iter().peekable();
    let between = |(before, poll): (&PollRecord, &PollRecord)| {
        while wakes.next_if(|wake| wake.at() < before.start()).is_some() {}
        let woken = wakes.peek().filter(|wake| wake.at() <= poll.start());
        woken.map_or(Duration::ZERO, |wake| poll.start() - wake.at().max(before.end()))
    };
    first + polls.iter().zip(polls.iter().skip(1)).map(between).sum::<Duration>()
}
