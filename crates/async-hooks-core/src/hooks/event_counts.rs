//! How many hooks want each event.

use crate::hooks::events::Events;

/// The number of hooks that want each event.
///
/// Counted, so that a change of the list of hooks need not walk through it.
#[derive(Debug)]
pub(super) struct EventCounts([usize; Events::COUNT]);

impl EventCounts {
    pub(super) const NONE: EventCounts = EventCounts([0; Events::COUNT]);

    /// Counts one hook more that wants these events.
    pub(super) fn add(&mut self, events: Events) {
        events.numbers().for_each(|event| self.0[event] += 1);
    }

    /// Counts one hook less that wants these events.
    pub(super) fn subtract(&mut self, events: Events) {
        events.numbers().for_each(|event| self.0[event] -= 1);
    }

    /// The bits of the events that a hook wants.
    pub(super) fn bits(&self) -> u64 {
        let wanted = self.0.iter().enumerate().filter(|(_, hooks)| **hooks > 0);
        wanted.fold(0, |bits, (event, _)| bits | 1 << event)
    }
}
