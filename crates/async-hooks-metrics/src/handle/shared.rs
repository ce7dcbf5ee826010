//! What handles, guards and the publishing thread share.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use async_hooks_core::{AsyncHook, runtime};
use metrics::Recorder;

use crate::counts::counts::Counts;
use crate::handle::builder::MetricsBuilder;
use crate::hook::counting_hook::CountingHook;
use crate::publish::series::Series;
use crate::publish::source::Sources;
use crate::time;

pub(crate) struct Shared {
    pub(super) hook: AsyncHook,
    /// Whether there is a thread that publishes.
    pub(super) has_publisher: Mutex<bool>,
    counts: Arc<Counts>,
    sources: Sources,
    has_panicked: AtomicBool,
}

impl Shared {
    pub(super) fn new(settings: MetricsBuilder) -> Shared {
        // The clock is calibrated here, and not in the first event.
        let _ = time::now();
        let counts = Arc::new(Counts::new(settings.spawn_sites));
        let hook = AsyncHook::new(CountingHook::new(Arc::clone(&counts)));
        let (has_publisher, has_panicked) = (Mutex::new(false), AtomicBool::new(false));
        Shared { hook, has_publisher, counts, sources: settings.sources, has_panicked }
    }

    /// Lets the sources count as long as the hook does.
    pub(super) fn adjust_sources(&self) {
        let is_enabled = self.hook.is_enabled();
        self.sources.iter().for_each(|source| source.set_enabled(is_enabled));
    }

    /// Publishes all counts to the exporter of this thread.
    ///
    /// A panic of the exporter is reported once.
    pub(super) fn publish(&self) {
        let publish = || metrics::with_recorder(|recorder| self.publish_to(recorder));
        if let Err(payload) = catch_unwind(AssertUnwindSafe(publish)) {
            let is_first = !self.has_panicked.swap(true, Ordering::Relaxed);
            runtime::contain_panic(is_first, format_args!("the exporter of metrics panicked"), payload);
        }
    }

    fn publish_to(&self, recorder: &dyn Recorder) {
        let series = Series(recorder);
        self.counts.publish(&series);
        self.sources.iter().for_each(|source| source.publish(&series, &self.counts));
    }
}
