//! The cheapest hook that does something: it counts.

use std::sync::atomic::{AtomicU64, Ordering};

use async_hooks::{AsyncHook, Hook, Resource, create_hook};

/// One count for each event; relaxed, and never read.
#[derive(Default)]
struct CountingHook {
    counts: [AtomicU64; 6],
}

/// Runs `f` with `count` hooks enabled, each of which counts every event.
pub fn with_counting_hooks<R>(count: usize, f: impl FnOnce() -> R) -> R {
    let enable = |_| AsyncHook::new(CountingHook::default()).enable_scoped();
    let _enabled: Vec<_> = (0..count).map(enable).collect();
    f()
}

/// Runs `f` with one hook enabled, which counts wakes and nothing else.
pub fn with_a_wake_hook<R>(f: impl FnOnce() -> R) -> R {
    let counting = CountingHook::default();
    let _enabled = create_hook().wake(move |resource, by| counting.wake(resource, by)).build().enable_scoped();
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

    fn wake(&self, _: &Resource, _: &Resource) {
        self.count(5);
    }
}
