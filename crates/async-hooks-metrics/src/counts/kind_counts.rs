//! What is counted of the resources of one kind.

use crate::counts::histogram::Histogram;
use crate::counts::site_counts::SiteCounts;

pub(crate) struct KindCounts {
    pub(crate) kind: &'static str,
    pub(crate) polls: Histogram,
    pub(crate) delays: Histogram,
    /// The counts of all sites beyond the limit.
    pub(crate) other_sites: SiteCounts,
}

impl KindCounts {
    pub(crate) fn new(kind: &'static str) -> KindCounts {
        KindCounts { kind, polls: Histogram::new(), delays: Histogram::new(), other_sites: SiteCounts::default() }
    }
}
