//! How one of two times differs from the other, over many pairs.

use std::fmt;

/// The changes in their order, which tells the median and how sure that is.
pub(crate) struct Change {
    /// In percent, the lowest first.
    changes: Vec<f64>,
}

/// Fewer pairs tell nothing.
const FEWEST: usize = 20;

impl Change {
    /// Of pairs of the time before and the time after.
    pub(crate) fn of(pairs: impl Iterator<Item = [f64; 2]>) -> Change {
        let mut changes = Vec::from_iter(pairs.map(|[before, after]| (after / before - 1.0) * 100.0));
        changes.sort_by(f64::total_cmp);
        Change { changes }
    }

    /// The one below which this share of all lies.
    fn at(&self, share: f64) -> f64 {
        let rank = (share.clamp(0.0, 1.0) * self.changes.len() as f64) as usize;
        self.changes.get(rank.min(self.changes.len().saturating_sub(1))).copied().unwrap_or(f64::NAN)
    }

    /// The true median is between these with a probability of 95 %, whatever the distribution.
    ///
    /// Each pair is on either side of it by chance.
    fn interval(&self) -> [f64; 2] {
        let width = 0.98 / (self.changes.len() as f64).sqrt();
        [self.at(0.5 - width), self.at(0.5 + width)]
    }

    /// Whether the median is at most this, in percent.
    ///
    /// `None` if the pairs are too few to tell, or differ too much.
    pub(crate) fn is_at_most(&self, limit: f64) -> Option<bool> {
        let [low, high] = self.interval();
        let is_told = self.changes.len() >= FEWEST && (high <= limit || low > limit);
        is_told.then_some(high <= limit)
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [low, high] = self.interval();
        let quartiles = [self.at(0.25), self.at(0.75)];
        write!(f, "{:+.1} % (95 %: {low:+.1} to {high:+.1}; ", self.at(0.5))?;
        write!(f, "quartiles {:+.1} to {:+.1})", quartiles[0], quartiles[1])
    }
}
