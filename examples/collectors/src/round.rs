//! What a round of a load has measured.

#[derive(Clone, Copy, Default)]
pub(crate) struct Slice {
    /// The time that 99 of 100 answers did not reach, in seconds.
    pub(crate) p99: f64,
    /// The share of a processor that the exporting threads took.
    pub(crate) exporting: f64,
}

/// A slice of each of [`OFF`], [`LIVING`] and [`OUTAGE`].
pub(crate) type Round = [Slice; 3];

pub(crate) const OFF: usize = 0;
pub(crate) const LIVING: usize = 1;
pub(crate) const OUTAGE: usize = 2;
