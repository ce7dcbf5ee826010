//! How many polls blocked their thread.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_hooks_core::Location;
use async_hooks_diagnostics::{BlockedPoll, BlockedPolls};
use metrics::Unit;

use crate::counts::counts::{Counts, Labels};
use crate::publish::series::{Series, of_site};
use crate::publish::source::Source;

const BLOCKED: &str = "async_hooks_blocked_polls_total";

pub(crate) struct Blocked {
    polls: BlockedPolls,
    seen: Arc<Seen>,
    published: Mutex<HashMap<Labels, u64>>,
}

/// What has blocked since the last publication, by kind and line.
#[derive(Default)]
struct Seen(Mutex<HashMap<(&'static str, Location), u64>>);

impl Seen {
    /// A poll that still blocks is counted when it ends.
    fn note(&self, poll: &BlockedPoll) {
        if let Some(resource) = poll.resource().filter(|_| !poll.is_running()) {
            let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            *seen.entry((resource.kind(), resource.location())).or_default() += 1;
        }
    }

    fn take(&self) -> HashMap<(&'static str, Location), u64> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Blocked {
    pub(crate) fn new(limit: Duration) -> Blocked {
        let seen = Arc::<Seen>::default();
        let noting = Arc::clone(&seen);
        let polls = BlockedPolls::builder().longer_than(limit).on_blocked(move |poll| noting.note(poll)).build();
        Blocked { polls, seen, published: Mutex::default() }
    }
}

impl Source for Blocked {
    fn publish(&self, series: &Series<'_>, counts: &Counts) {
        let mut published = self.published.lock().unwrap_or_else(PoisonError::into_inner);
        for ((kind, location), blocked) in self.seen.take() {
            *published.entry(counts.labels_at(kind, location)).or_default() += blocked;
        }
        series.describe_counter(BLOCKED, Unit::Count, "Polls that kept their thread for too long.");
        published.iter().for_each(|(labels, blocked)| series.counter(BLOCKED, of_site(labels, []), *blocked));
    }

    fn set_enabled(&self, is_enabled: bool) {
        match is_enabled {
            true => self.polls.enable(),
            false => self.polls.disable(),
        };
    }
}
