//! What all benches answered, in every currency.

use std::collections::BTreeMap;

use anyhow::ensure;

use super::answer::{Answer, BarAnswer, CaseAnswer, Cost, Currency, Point, Side};

pub(super) struct Results {
    pub(super) benches: Vec<BenchResult>,
}

pub(super) struct BenchResult {
    pub(super) name: String,
    pub(super) title: String,
    pub(super) groups: Vec<GroupResult>,
    /// What its cases count by themselves, or time.
    pub(super) currency: Currency,
}

/// Cases that do comparable work; the first is the baseline.
pub(super) struct GroupResult {
    pub(super) title: String,
    pub(super) axis: Option<String>,
    pub(super) cases: Vec<CaseResult>,
}

pub(super) struct CaseResult {
    pub(super) name: String,
    pub(super) side: Side,
    pub(super) point: Option<Point>,
    /// In the currency of its bench.
    pub(super) cost: Option<Cost>,
    /// How many times the cost of each case of the bench, by name.
    pub(super) ratios: BTreeMap<String, f64>,
    pub(super) instructions: Option<Cost>,
    pub(super) bars: Vec<BarAnswer>,
}

impl Results {
    pub(super) fn case(&self, bench: &str, case: &str) -> Option<&CaseResult> {
        let bench = self.benches.iter().find(|result| result.name == bench)?;
        bench.cases().find(|result| result.name == case)
    }

    /// Every bar, with the bench and the case it belongs to.
    pub(super) fn bars(&self) -> impl Iterator<Item = (&BenchResult, &CaseResult, &BarAnswer)> {
        let cases = self.benches.iter().flat_map(|bench| bench.cases().map(move |case| (bench, case)));
        cases.flat_map(|(bench, case)| case.bars.iter().map(move |bar| (bench, case, bar)))
    }

    pub(super) fn are_counted(&self) -> bool {
        self.benches.iter().flat_map(BenchResult::cases).any(|case| case.instructions.is_some())
    }
}

impl BenchResult {
    pub(super) fn new(name: &str, answer: Answer) -> Self {
        let is_watched = answer.currency == Currency::Instructions;
        let groups = answer.groups.into_iter().map(|group| GroupResult {
            title: group.title,
            axis: group.axis,
            cases: group.cases.into_iter().map(|case| CaseResult::new(case, is_watched)).collect(),
        });
        Self { name: name.to_owned(), title: answer.title, groups: groups.collect(), currency: answer.currency }
    }

    /// Adds what was counted under valgrind.
    ///
    /// # Errors
    ///
    /// When the other run had other cases.
    pub(super) fn add(&mut self, answer: Answer) -> anyhow::Result<()> {
        let counted = answer.groups.into_iter().flat_map(|group| group.cases);
        let cases = self.groups.iter_mut().flat_map(|group| &mut group.cases);
        for (case, counted) in cases.zip(counted) {
            ensure!(case.name == counted.name, "{}: {} was timed, {} counted", self.name, case.name, counted.name);
            case.instructions = counted.cost;
            for (bar, counted) in case.bars.iter_mut().zip(counted.bars) {
                bar.measured = bar.measured.or(counted.measured);
            }
        }
        Ok(())
    }

    /// Whether its cases are watched from outside, and so can be counted as well.
    pub(super) fn is_timed(&self) -> bool {
        self.currency == Currency::Time
    }

    pub(super) fn cases(&self) -> impl Iterator<Item = &CaseResult> {
        self.groups.iter().flat_map(|group| &group.cases)
    }
}

impl GroupResult {
    /// How many times the cost of the first case of the group.
    pub(super) fn ratio(&self, case: &CaseResult) -> Option<f64> {
        case.ratios.get(&self.cases.first()?.name).copied()
    }

    pub(super) fn peers(&self) -> impl Iterator<Item = &CaseResult> {
        self.cases.iter().filter(|case| case.side == Side::Peer && case.is_measured())
    }
}

impl CaseResult {
    fn new(answer: CaseAnswer, is_watched: bool) -> Self {
        let CaseAnswer { name, side, point, cost, ratios, bars } = answer;
        let (cost, instructions) = if is_watched { (None, cost) } else { (cost, None) };
        Self { name, side, point, cost, ratios, instructions, bars }
    }

    pub(super) fn is_measured(&self) -> bool {
        self.cost.is_some() || self.instructions.is_some()
    }
}
