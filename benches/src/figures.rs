//! What was measured, of all cases of a question.

use crate::bar::{Bar, Verdict};
use crate::currency::Currency;

/// The samples of one case, per operation; those of one index were taken in the same round as the others' of that index.
#[derive(Debug)]
pub(crate) struct Figure {
    pub(crate) name: &'static str,
    pub(crate) samples: Vec<f64>,
}

#[derive(Debug)]
pub(crate) struct Figures {
    pub(crate) currency: Currency,
    pub(crate) figures: Vec<Figure>,
}

impl Figures {
    /// The median cost of one operation.
    pub(crate) fn cost(&self, name: &str) -> Option<f64> {
        median(self.find(name)?.samples.iter().copied())
    }

    /// How many times the cost of the other it is: the median over rounds, since what disturbs a round disturbs both. None
    /// where the other costs nothing.
    pub(crate) fn ratio(&self, name: &str, other: &str) -> Option<f64> {
        let (mine, theirs) = (&self.find(name)?.samples, &self.find(other)?.samples);
        median(mine.iter().zip(theirs).map(|(mine, theirs)| mine / theirs)).filter(|ratio| ratio.is_finite())
    }

    pub(crate) fn judge(&self, name: &str, bar: Bar) -> Verdict {
        match (bar, self.currency) {
            (Bar::Instructions(at_most), Currency::Instructions)
            | (Bar::Allocations(at_most), Currency::Allocations) => {
                Verdict::of(self.cost(name).map(f64::round), at_most.into())
            }
            (Bar::InstructionsOver(other, at_most), Currency::Instructions)
            | (Bar::TimeOver(other, at_most), Currency::Time)
            | (Bar::BytesOver(other, at_most), Currency::Bytes) => Verdict::of(self.over(name, other), at_most.into()),
            (Bar::TimeOf(other, at_most), Currency::Time) => Verdict::of(self.ratio(name, other), at_most),
            _ => Verdict::Open,
        }
    }

    /// Rounded: what differs by a fraction is how a process starts.
    fn over(&self, name: &str, other: &str) -> Option<f64> {
        Some((self.cost(name)? - self.cost(other)?).round())
    }

    fn find(&self, name: &str) -> Option<&Figure> {
        self.figures.iter().find(|figure| figure.name == name)
    }
}

fn median(samples: impl Iterator<Item = f64>) -> Option<f64> {
    let mut sorted: Vec<f64> = samples.collect();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied()
}
