//! How much leaks.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use async_hooks_diagnostics::LeakDetector;

use crate::counts::counts::{Counts, Labels};
use crate::publish::series::{Series, of_site};
use crate::publish::source::Source;

const LEAKS: &str = "async_hooks_leaks";

pub(crate) struct Leaks {
    detector: LeakDetector,
    /// What was published: a site that leaks no more is published as zero.
    published: Mutex<HashMap<Labels, u64>>,
}

impl Leaks {
    pub(crate) fn new(detector: LeakDetector) -> Leaks {
        Leaks { detector, published: Mutex::default() }
    }
}

impl Source for Leaks {
    fn publish(&self, series: &Series<'_>, counts: &Counts) {
        let report = self.detector.report();
        let mut published = self.published.lock().unwrap_or_else(PoisonError::into_inner);
        published.values_mut().for_each(|leaks| *leaks = 0);
        for leak in report.leaks() {
            *published.entry(counts.labels_at(leak.kind(), leak.location())).or_default() += leak.count() as u64;
        }
        series.describe_gauge(LEAKS, "Async resources that leak.");
        published.iter().for_each(|(labels, leaks)| series.gauge(LEAKS, of_site(labels, []), *leaks));
    }
}
