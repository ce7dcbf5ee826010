//! The cheapest hook that does something: it counts.

use std::sync::atomic::{AtomicU64, Ordering};

use async_hooks::{AsyncHook, Events, Hook, Resource};

/// One count for each event; relaxed, and never read.
#[derive(Default)]
struct CountingHook {
    wanted: Events,
    counts: [AtomicU64; 5],
}

/// A hook that wants these events and counts each.
#[must_use]
pub fn counting_hook(wanted: Events) -> AsyncHook {
    AsyncHook::new(CountingHook { wanted, counts: Default::default() })
}

/// Runs `f` with so many hooks enabled, each of which counts every event.
pub fn with_counting_hooks<R>(count: usize, f: impl FnOnce() -> R) -> R {
    let _enabled: Vec<_> = (0..count).map(|_| counting_hook(Events::ALL).enable_scoped()).collect();
    f()
}

impl CountingHook {
    #[inline]
    fn count(&self, event: usize) {
        self.counts[event].fetch_add(1, Ordering::Relaxed);
    }
}

impl Hook for CountingHook {
    fn init(&self, _: &Resource) {
        self.count(0);
    }

    fn before(&self, _: &Resource) {
        self.count(1);
    }

    fn after(&self, _: &Resource) {
        self.count(2);
    }

    fn resolve(&self, _: &Resource) {
        self.count(3);
    }

    fn destroy(&self, _: &Resource) {
        self.count(4);
    }

    fn events(&self) -> Events {
        self.wanted
    }
}
