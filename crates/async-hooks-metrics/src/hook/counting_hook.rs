//! The hook itself.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use async_hooks_core::{AsyncId, Events, Hook, Resource};

use crate::counts::counts::Counts;
use crate::counts::site_counts::Ending;
use crate::hook::living::Living;
use crate::hook::open_polls::{self, OpenPoll};
use crate::hook::pending_wakes::PendingWakes;
use crate::time;

pub(crate) struct CountingHook {
    /// Tells the polls of several hooks apart.
    number: u64,
    counts: Arc<Counts>,
    living: Living,
    wakes: PendingWakes,
}

static NUMBERS: AtomicU64 = AtomicU64::new(0);

impl CountingHook {
    pub(crate) fn new(counts: Arc<Counts>) -> CountingHook {
        let number = NUMBERS.fetch_add(1, Ordering::Relaxed);
        CountingHook { number, counts, living: Living::new(), wakes: PendingWakes::new() }
    }

    #[cold]
    fn note_panic(&self, id: AsyncId) {
        self.living.note(id, Ending::Panicked);
    }
}

impl Hook for CountingHook {
    fn init(&self, resource: &Resource) {
        let (id, place) = (resource.async_id(), self.counts.place_of(resource));
        self.living.insert(id, place);
        self.counts.site(place).note_created();
        self.wakes.note(id, time::now());
    }

    fn before(&self, resource: &Resource) {
        let (id, place) = (resource.async_id(), self.counts.place_of(resource));
        let began_in_a_panic = thread::panicking();
        let start = time::now();
        if let Some(delay) = self.wakes.take(id, start) {
            self.counts.kind(place).delays.record(delay);
        }
        open_polls::open(OpenPoll { counter: self.number, id, place, start, began_in_a_panic });
    }

    fn after(&self, resource: &Resource) {
        let (now, id) = (time::now(), resource.async_id());
        self.wakes.restart(id, now);
        let Some(poll) = open_polls::close(self.number, id) else { return };
        let busy = now.saturating_sub(poll.start);
        self.counts.kind(poll.place).polls.record(busy);
        self.counts.site(poll.place).busy_nanos.fetch_add(busy, Ordering::Relaxed);
        if thread::panicking() && !poll.began_in_a_panic {
            self.note_panic(id);
        }
    }

    fn resolve(&self, resource: &Resource) {
        if let Some(place) = self.living.note(resource.async_id(), Ending::Resolved) {
            self.counts.site(place).note_resolved();
        }
    }

    fn destroy(&self, resource: &Resource) {
        let id = resource.async_id();
        self.wakes.take(id, 0);
        if let Some(life) = self.living.remove(id) {
            self.counts.site(life.place).note_ended(life.ending);
        }
    }

    fn wake(&self, resource: &Resource, _: &Resource) {
        self.wakes.note(resource.async_id(), time::now());
    }

    /// Core asks each time before it enables the hook: who lives is not known any more.
    fn events(&self) -> Events {
        self.living.clear();
        self.wakes.clear();
        self.counts.reset_alive();
        Events::LIFECYCLE | Events::WAKE
    }
}
