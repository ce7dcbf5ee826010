//! What is counted of the resources of one kind that one line creates.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};

use async_hooks_core::{Location, runtime};

/// How a resource ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Ending {
    Resolved,
    Panicked,
    /// Without either: cancelled, or no future at all.
    Dropped,
}

impl Ending {
    pub(crate) const ALL: [Ending; 3] = [Ending::Resolved, Ending::Panicked, Ending::Dropped];

    pub(crate) fn label(self) -> &'static str {
        match self {
            Ending::Resolved => "resolved",
            Ending::Panicked => "panicked",
            Ending::Dropped => "dropped",
        }
    }
}

#[derive(Default)]
pub(crate) struct SiteCounts {
    pub(crate) created: AtomicU64,
    /// Signed: a `destroy` may overtake the reset of a period.
    pub(crate) alive: AtomicI64,
    pub(crate) ended: [AtomicU64; Ending::ALL.len()],
    pub(crate) busy_nanos: AtomicU64,
    makes_futures: AtomicBool,
}

impl SiteCounts {
    pub(crate) fn note_created(&self) {
        self.created.fetch_add(1, Ordering::Relaxed);
        self.alive.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn note_ended(&self, ending: Ending) {
        self.alive.fetch_sub(1, Ordering::Relaxed);
        self.ended[ending as usize].fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn note_resolved(&self) {
        if !self.makes_futures.load(Ordering::Relaxed) {
            self.makes_futures.store(true, Ordering::Relaxed);
        }
    }

    pub(crate) fn ended(&self, ending: Ending) -> u64 {
        self.ended[ending as usize].load(Ordering::Relaxed)
    }

    /// The number of resources that were dropped before they resolved.
    ///
    /// A line whose resources never resolve creates callbacks, or tasks of which the runtime does not say how they ended.
    pub(crate) fn cancelled(&self) -> u64 {
        if self.makes_futures.load(Ordering::Relaxed) { self.ended(Ending::Dropped) } else { 0 }
    }
}

/// One line that creates resources of one kind.
pub(crate) struct Site {
    pub(crate) kind: &'static str,
    pub(crate) location: Location,
    /// Where its kind is in the table of kinds.
    pub(crate) kind_place: usize,
    pub(crate) label: Arc<str>,
    pub(crate) counts: SiteCounts,
}

/// The line as a label. The path of a dependency begins at its crate.
pub(crate) fn site_label(location: Location) -> Arc<str> {
    let file = runtime::path_from_crate(location.file()).unwrap_or(location.file());
    format!("{file}:{}:{}", location.line(), location.column()).into()
}
