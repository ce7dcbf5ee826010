//! `benches/instructions.json`: what was counted when somebody last looked, and with what.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, ensure};
use serde::{Deserialize, Serialize};

use super::answer::Side;
use super::machine::{Machine, Toolchain};
use super::results::{CaseResult, Results};

#[derive(Serialize, Deserialize)]
pub(super) struct Committed {
    pub(super) toolchain: Toolchain,
    /// Instructions per operation without the allocator's, by bench and case.
    ///
    /// The allocator's depend on what was freed before. Peers are left out: the bars that refer to them count them in
    /// the same run.
    pub(super) instructions: BTreeMap<String, BTreeMap<String, f64>>,
}

impl Committed {
    pub(super) fn of(results: &Results, machine: &Machine) -> Self {
        let mut instructions: BTreeMap<String, BTreeMap<String, f64>> = BTreeMap::new();
        for bench in &results.benches {
            let counted: BTreeMap<_, _> = bench.cases().filter_map(count).collect();
            if !counted.is_empty() {
                instructions.insert(bench.name.clone(), counted);
            }
        }
        Self { toolchain: machine.toolchain.clone(), instructions }
    }

    /// # Errors
    ///
    /// When it is not there, or does not read as it was written.
    pub(super) fn read(path: &Path) -> anyhow::Result<Self> {
        let text = fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
        serde_json::from_str(&text).with_context(|| format!("{} is not as it was written", path.display()))
    }

    pub(super) fn write(&self, path: &Path) -> anyhow::Result<()> {
        Ok(fs::write(path, serde_json::to_string_pretty(self)? + "\n")?)
    }

    /// These counts, with newer ones of some benches.
    ///
    /// # Errors
    ///
    /// When they were counted with another toolchain.
    pub(super) fn with(mut self, newer: Committed) -> anyhow::Result<Self> {
        ensure!(
            self.toolchain == newer.toolchain,
            "counted with {:?}, and before with {:?}: count all",
            newer.toolchain,
            self.toolchain
        );
        for (bench, counts) in newer.instructions {
            self.instructions.entry(bench).or_default().extend(counts);
        }
        Ok(self)
    }

    pub(super) fn count(&self, bench: &str, case: &str) -> Option<f64> {
        self.instructions.get(bench)?.get(case).copied()
    }
}

fn count(case: &CaseResult) -> Option<(String, f64)> {
    let is_ours = case.side == Side::Ours;
    let count = case.instructions.filter(|_| is_ours)?.outside_allocator();
    Some((case.name.clone(), (count * 10.0).round() / 10.0))
}
