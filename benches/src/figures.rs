//! The samples of all cases of a question, and the figures computed from them.

use std::collections::BTreeMap;

use crate::answer::{BarAnswer, Beside, Cost, Currency};
use crate::bar::Bar;

/// The samples of one case, per operation.
///
/// Samples with the same index were taken in the same round as those of the other cases.
#[derive(Debug)]
pub(crate) struct Figure {
    pub(crate) name: &'static str,
    pub(crate) samples: Vec<f64>,
    pub(crate) beside: Option<Beside>,
}

#[derive(Debug)]
pub(crate) struct Figures {
    pub(crate) currency: Currency,
    pub(crate) figures: Vec<Figure>,
}

impl Figures {
    /// What one operation costs.
    pub(crate) fn cost(&self, name: &str) -> Option<Cost> {
        let figure = self.find(name)?;
        let sorted = sorted(figure.samples.iter().copied());
        let at = |quarter: usize| sorted.get((sorted.len() * quarter / 4).min(sorted.len() - 1)).copied();
        Some(Cost { low: at(1)?, median: at(2)?, high: at(3)?, beside: figure.beside })
    }

    /// How many times the cost of each case, by name; without those that cost nothing.
    pub(crate) fn ratios(&self, name: &str) -> BTreeMap<String, f64> {
        let others = self.figures.iter().map(|other| other.name);
        others.filter_map(|other| Some((other.to_owned(), self.ratio(name, other)?))).collect()
    }

    /// How many times the cost of the other case: the median over rounds.
    ///
    /// A disturbance falls on both cases of a round. None where the other costs nothing.
    fn ratio(&self, name: &str, other: &str) -> Option<f64> {
        let (mine, theirs) = (&self.find(name)?.samples, &self.find(other)?.samples);
        median(mine.iter().zip(theirs).map(|(mine, theirs)| mine / theirs)).filter(|ratio| ratio.is_finite())
    }

    /// How a case stands to one of its bars.
    pub(crate) fn judge(&self, name: &str, bar: Bar) -> BarAnswer {
        let measured = self.measured(name, bar);
        BarAnswer { text: bar.to_string(), at_most: bar.at_most(), measured, is_exact: bar.is_exact() }
    }

    /// What `bar` asks of a case, in the bar's unit; None where it asks for another currency.
    fn measured(&self, name: &str, bar: Bar) -> Option<f64> {
        match (bar, self.currency) {
            (Bar::Instructions(_), Currency::Instructions)
            | (Bar::Allocations(_), Currency::Allocations)
            | (Bar::Growth(_), Currency::Growth) => self.median(name).map(f64::round),
            (Bar::InstructionsOver(other, _), Currency::Instructions)
            | (Bar::TimeOver(other, _), Currency::Time)
            | (Bar::BytesOver(other, _), Currency::Bytes)
            | (Bar::AllocationsOver(other, _), Currency::Allocations) => self.over(name, other),
            (Bar::OutsideAllocatorOver(other, _), Currency::Instructions) => {
                Some((self.cost(name)?.outside_allocator() - self.cost(other)?.outside_allocator()).round())
            }
            (Bar::TimeOf(other, _), Currency::Time) | (Bar::InstructionsOf(other, _), Currency::Instructions) => {
                self.ratio(name, other)
            }
            _ => None,
        }
    }

    fn median(&self, name: &str) -> Option<f64> {
        median(self.find(name)?.samples.iter().copied())
    }

    /// Rounded: what differs by a fraction is how a loop began.
    fn over(&self, name: &str, other: &str) -> Option<f64> {
        Some((self.median(name)? - self.median(other)?).round())
    }

    fn find(&self, name: &str) -> Option<&Figure> {
        self.figures.iter().find(|figure| figure.name == name)
    }
}

fn median(samples: impl Iterator<Item = f64>) -> Option<f64> {
    let sorted = sorted(samples);
    sorted.get(sorted.len() / 2).copied()
}

fn sorted(samples: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut sorted: Vec<f64> = samples.collect();
    sorted.sort_by(f64::total_cmp);
    sorted
}
