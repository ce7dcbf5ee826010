//! The scope in which everything that a report tries is made.

use std::sync::atomic::{AtomicU64, Ordering};

use async_hooks_core::{AsyncId, AsyncLocal, AsyncResource, execution_async_resource};

use crate::tracking::tracking_row::Finding;

static VALUE: AsyncLocal<u64> = AsyncLocal::new().named("tracking report");

/// The resource that triggers all probes of one report, and the value that they are to see.
pub(crate) struct ProbeSource {
    resource: AsyncResource,
    value: u64,
}

impl ProbeSource {
    pub(crate) fn new() -> ProbeSource {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        ProbeSource { resource: AsyncResource::new("tracking report"), value: NEXT.fetch_add(1, Ordering::Relaxed) }
    }

    pub(crate) fn id(&self) -> AsyncId {
        self.resource.async_id()
    }

    /// Runs what makes a probe, with the value.
    pub(crate) fn make<R>(&self, f: impl FnOnce() -> R) -> R {
        self.resource.run_in_async_scope(|| VALUE.run(self.value, f))
    }

    pub(crate) fn probe(&self) -> Probe {
        Probe { origin: self.id(), value: self.value }
    }
}

/// Looks around where it runs.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Probe {
    origin: AsyncId,
    value: u64,
}

impl Probe {
    pub(crate) fn look(self) -> Finding {
        Finding {
            is_tracked: execution_async_resource().trigger_async_id() == Some(self.origin),
            has_value: VALUE.with(|value| value == Some(&self.value)),
        }
    }
}
