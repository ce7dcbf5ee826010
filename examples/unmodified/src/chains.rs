//! Each lifetime's chain of triggers, as the recording alone has it.

use std::iter::successors;

use async_hooks::AsyncId;
use async_hooks::recorder::{Lifetime, Recording};

/// How many chains are as they should be, and which are not.
#[derive(Default)]
pub(crate) struct Chains {
    pub(crate) lifetimes: usize,
    /// They end at the root.
    pub(crate) whole: usize,
    /// The most lifetimes one above the other.
    pub(crate) deepest: usize,
    pub(crate) cycles: usize,
    /// The trigger began later, or had ended before.
    pub(crate) not_alive: usize,
    /// No poll of the trigger was open.
    pub(crate) not_running: usize,
    /// What is not in the recording, where the other chains end.
    pub(crate) ends: Vec<AsyncId>,
}

pub(crate) fn of(recording: &Recording) -> Chains {
    let lifetimes = recording.lifetimes().count();
    let mut chains = Chains { lifetimes, ..Chains::default() };
    for life in recording.lifetimes() {
        let mut chain = successors(Some(life.async_id()), |id| trigger(recording, *id)).take(lifetimes + 2).enumerate();
        match chain.by_ref().last() {
            Some((above, AsyncId::ROOT)) => {
                chains.whole += 1;
                chains.deepest = chains.deepest.max(above);
            }
            Some((above, _)) if above > lifetimes => chains.cycles += 1,
            Some((_, end)) => chains.ends.push(end),
            None => {}
        }
        if let Some(trigger) = life.trigger_async_id().and_then(|trigger| recording.lifetime(trigger)) {
            chains.not_alive += usize::from(!was_alive(trigger, life));
            chains.not_running += usize::from(!was_running(trigger, life));
        }
    }
    chains
}

fn trigger(recording: &Recording, id: AsyncId) -> Option<AsyncId> {
    recording.lifetime(id).and_then(Lifetime::trigger_async_id)
}

/// Where the recording knows when they began.
fn was_alive(trigger: &Lifetime, life: &Lifetime) -> bool {
    let Some(begun) = life.start() else { return true };
    trigger.start().is_none_or(|start| start <= begun) && trigger.end().is_none_or(|end| begun <= end)
}

fn was_running(trigger: &Lifetime, life: &Lifetime) -> bool {
    let contains = |at| trigger.polls().iter().any(|poll| poll.start() <= at && at <= poll.end());
    life.start().is_some_and(contains)
}
