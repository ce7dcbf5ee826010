//! How often a time was how long, counted without a lock.

use std::sync::atomic::{AtomicU64, Ordering};

/// Each power of two is divided into this many steps.
const STEPS: u64 = 1 << STEP_BITS;

const STEP_BITS: u32 = 3;

const BUCKETS: usize = ((u64::BITS - STEP_BITS) as usize + 1) << STEP_BITS;

pub(crate) struct Histogram {
    buckets: Box<[AtomicU64]>,
}

impl Histogram {
    pub(crate) fn new() -> Histogram {
        Histogram { buckets: (0..BUCKETS).map(|_| AtomicU64::new(0)).collect() }
    }

    #[inline]
    pub(crate) fn record(&self, nanos: u64) {
        if let Some(bucket) = self.buckets.get(bucket(nanos)) {
            bucket.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Takes what was recorded: the middle of each bucket in seconds, and how often.
    pub(crate) fn take(&self) -> impl Iterator<Item = (f64, usize)> {
        let filled = |(at, bucket): (usize, &AtomicU64)| match bucket.load(Ordering::Relaxed) {
            0 => None,
            _ => Some((middle(at), bucket.swap(0, Ordering::Relaxed) as usize)),
        };
        self.buckets.iter().enumerate().filter_map(filled)
    }
}

#[inline]
fn bucket(nanos: u64) -> usize {
    if nanos < STEPS {
        return nanos as usize;
    }
    let power = nanos.ilog2() - STEP_BITS;
    (u64::from(power) * STEPS + (nanos >> power)) as usize
}

/// In seconds.
fn middle(bucket: usize) -> f64 {
    let bucket = bucket as u64;
    let power = (bucket / STEPS).saturating_sub(1);
    let low = (bucket - power * STEPS) << power;
    (low as f64 + ((1_u64 << power) - 1) as f64 / 2.0) / 1e9
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_time_is_published_within_seven_percent() {
        for nanos in (0..64).flat_map(|bit| [1_u64 << bit, (1 << bit) + (1 << bit) / 3, u64::MAX >> bit]) {
            let middle = middle(bucket(nanos));
            let off = (middle * 1e9 - nanos as f64).abs() / nanos as f64;
            assert!(off < 0.07, "{nanos} became {middle}");
        }
    }

    #[test]
    fn what_was_taken_is_gone() {
        let histogram = Histogram::new();
        [5, 5, 0].into_iter().for_each(|nanos| histogram.record(nanos));
        assert_eq!(Vec::from_iter(histogram.take()), [(0.0, 1), (5e-9, 2)]);
        assert_eq!(histogram.take().count(), 0);
    }
}
