//! What a bench answers to machines: what `--json` prints, and `cargo xtask bench` reads.
//!
//! This file is compiled into both, so that neither has to guess what the other means.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// All that one run of a bench found out, in one currency.
#[derive(Serialize, Deserialize, Clone, Debug)]
pub struct Answer {
    /// The question.
    pub title: String,
    /// What the costs are counted in.
    pub currency: Currency,
    /// Cases that may be compared with each other.
    pub groups: Vec<Group>,
}

/// Cases that do comparable work. The first one is the baseline.
#[derive(Serialize, Deserialize, Clone, Debug)]
pub struct Group {
    /// What they do.
    pub title: String,
    /// What grows along a curve, where the cases are points of curves.
    pub axis: Option<String>,
    /// One contender each.
    pub cases: Vec<CaseAnswer>,
}

/// What one case costs.
#[derive(Serialize, Deserialize, Clone, Debug)]
pub struct CaseAnswer {
    /// Unique within the bench.
    pub name: String,
    /// On whose side it is.
    pub side: Side,
    /// Where it lies on a curve.
    pub point: Option<Point>,
    /// None where it cannot be measured in this currency, or not on this machine.
    pub cost: Option<Cost>,
    /// How many times the cost of each case of the question, by name: the median over rounds.
    ///
    /// Every ratio that is shown is one of these.
    pub ratios: BTreeMap<String, f64>,
    /// What it may cost at most.
    pub bars: Vec<BarAnswer>,
}

/// What one operation costs.
#[derive(Serialize, Deserialize, Clone, Copy, Debug)]
pub struct Cost {
    /// The median over samples.
    pub median: f64,
    /// The lower quartile.
    pub low: f64,
    /// The upper quartile.
    pub high: f64,
    /// What is known besides, where instructions are counted.
    pub beside: Option<Beside>,
}

/// What callgrind counts beside instructions, for each operation.
#[derive(Serialize, Deserialize, Clone, Copy, Debug)]
pub struct Beside {
    /// Atomic read-modify-writes.
    pub atomics: f64,
    /// Instructions spent in the allocator, which depend on what was freed before.
    pub allocator: f64,
}

/// How a case stands to one of its bars.
#[derive(Serialize, Deserialize, Clone, Debug)]
pub struct BarAnswer {
    /// As a person would say it.
    pub text: String,
    /// In the unit of the bar.
    pub at_most: f64,
    /// In the same unit; None where this run counted something else.
    pub measured: Option<f64>,
    /// Only an instruction or an allocation is the same in every run.
    pub is_exact: bool,
}

/// On whose side a case is.
#[derive(Serialize, Deserialize, Clone, Copy, PartialEq, Eq, Debug)]
pub enum Side {
    /// Without any of us: what cannot be undercut.
    Floor,
    /// `async-hooks`.
    Ours,
    /// What else one could use.
    Peer,
}

/// A place on a curve.
#[derive(Serialize, Deserialize, Clone, PartialEq, Debug)]
pub struct Point {
    /// The curve.
    pub series: String,
    /// How many of what the group's axis says.
    pub x: f64,
}

/// What a cost is counted in.
#[derive(Serialize, Deserialize, Clone, Copy, PartialEq, Eq, Debug)]
pub enum Currency {
    /// Nanoseconds.
    Time,
    /// Instructions, loop included.
    Instructions,
    /// Bytes of heap, as the program asks for them.
    Bytes,
    /// Bytes of memory by which the process has grown, in all.
    Growth,
    /// Allocations.
    Allocations,
}

impl Currency {
    /// The head of the column.
    #[must_use]
    pub fn unit(self) -> &'static str {
        match self {
            Currency::Time => "ns/op",
            Currency::Instructions => "instr/op",
            Currency::Bytes => "bytes/op",
            Currency::Growth => "bytes in all",
            Currency::Allocations => "alloc/op",
        }
    }
}

impl Cost {
    /// Instructions without the allocator's.
    #[must_use]
    pub fn outside_allocator(&self) -> f64 {
        self.median - self.beside.map_or(0.0, |beside| beside.allocator)
    }
}

impl BarAnswer {
    /// None where this run counted something else.
    #[must_use]
    pub fn is_met(&self) -> Option<bool> {
        self.measured.map(|measured| measured <= self.at_most)
    }
}
