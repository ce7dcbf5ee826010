//! Who publishes series.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use crate::counts::counts::Counts;
use crate::counts::site_counts::Ending;
use crate::publish::names::{self, ALIVE, BUSY, CANCELLED, CREATED, DELAYS, ENDED, POLLS};
use crate::publish::series::{Series, of_kind, of_site};

/// Publishes series that others count.
pub(crate) trait Source: Send + Sync {
    /// Publishes what there is now. `counts` says which sites are counted apart.
    fn publish(&self, series: &Series<'_>, counts: &Counts);

    /// Counts, or does so no more.
    fn set_enabled(&self, is_enabled: bool) {
        let _ = is_enabled;
    }
}

pub(crate) type Sources = Vec<Arc<dyn Source>>;

impl Counts {
    pub(crate) fn publish(&self, series: &Series<'_>) {
        names::describe(series);
        self.publish_sites(series);
        for kind in self.kinds() {
            series.histogram(POLLS, || of_kind(kind.kind), kind.polls.take());
            series.histogram(DELAYS, || of_kind(kind.kind), kind.delays.take());
        }
    }

    fn publish_sites(&self, series: &Series<'_>) {
        for (labels, counts) in self.labelled() {
            let created = counts.created.load(Ordering::Relaxed);
            let busy = counts.busy_nanos.load(Ordering::Relaxed);
            if created == 0 && busy == 0 {
                continue;
            }
            let alive = counts.alive.load(Ordering::Relaxed);
            series.gauge(ALIVE, of_site(&labels, []), u64::try_from(alive).unwrap_or_default());
            series.counter(CREATED, of_site(&labels, []), created);
            series.counter(BUSY, of_site(&labels, []), busy / 1_000_000_000);
            series.counter_if_any(CANCELLED, || of_site(&labels, []), counts.cancelled());
            for ending in Ending::ALL {
                let labels = || of_site(&labels, [("ending", ending.label())]);
                series.counter_if_any(ENDED, labels, counts.ended(ending));
            }
        }
    }
}
