//! Recordings of slow resources.

use std::sync::Arc;
use std::time::Duration;

use crate::rings::recording_rings::Rings;
use crate::rings::slow_limits::SlowLimit;
use crate::time::timestamp::Timestamp;
use crate::triggers::dumper::DumpSender;

/// Asks for a recording when a slow resource ends, until the registration is dropped.
pub(crate) struct SlowRegistration {
    rings: Arc<Rings>,
    limit: Arc<SlowLimit>,
}

impl SlowRegistration {
    pub(crate) fn new(rings: &Arc<Rings>, kind: &str, limit: Duration, sender: DumpSender) -> SlowRegistration {
        // The length of a tick is measured here, and not when a resource ends.
        let _ = Timestamp::now();
        let exceeded = Box::new(move || sender.ask("slow"));
        let limit = Arc::new(SlowLimit { kind: kind.into(), limit, exceeded });
        rings.slow_limits().add(Arc::clone(&limit));
        SlowRegistration { rings: Arc::clone(rings), limit }
    }
}

impl Drop for SlowRegistration {
    fn drop(&mut self) {
        self.rings.slow_limits().remove(&self.limit);
    }
}
