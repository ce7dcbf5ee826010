//! The quantiles of durations.

use std::time::Duration;

/// Durations, of which a sample is kept.
///
/// All while they are few, then every second, every fourth, and so on.
#[derive(Clone, Debug)]
pub(crate) struct Quantiles {
    kept: Vec<Duration>,
    every: u64,
    seen: u64,
}

/// At most this number is kept.
const KEPT: usize = 4096;

impl Default for Quantiles {
    fn default() -> Quantiles {
        Quantiles { kept: Vec::new(), every: 1, seen: 0 }
    }
}

impl Quantiles {
    pub(crate) fn add(&mut self, duration: Duration) {
        if self.seen % self.every == 0 {
            if self.kept.len() == KEPT {
                self.halve();
            }
            self.kept.push(duration);
        }
        self.seen += 1;
    }

    fn halve(&mut self) {
        let mut place = 0;
        self.kept.retain(|_| {
            place += 1;
            place % 2 == 1
        });
        self.every *= 2;
    }

    /// Puts the sample in order, for [`at`](Self::at).
    pub(crate) fn sort(&mut self) {
        self.kept.sort_unstable();
    }

    /// The duration below which this part of all lies; `None` of nothing.
    pub(crate) fn at(&self, part: f64) -> Option<Duration> {
        let place = (self.kept.len() as f64 * part) as usize;
        self.kept.get(place.min(self.kept.len().saturating_sub(1))).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_of_few_are_exact_and_of_many_are_near() {
        for number in [100_u64, 1_000_000] {
            let mut quantiles = Quantiles::default();
            (0..number).for_each(|nanos| quantiles.add(Duration::from_nanos(nanos * 7_919 % number)));
            quantiles.sort();
            let at = |part| quantiles.at(part).unwrap_or_default().as_nanos() as f64 / number as f64;
            assert!((at(0.5) - 0.5).abs() < 0.03 && (at(0.99) - 0.99).abs() < 0.01, "{} {}", at(0.5), at(0.99));
        }
        assert_eq!(Quantiles::default().at(0.5), None);
    }
}
