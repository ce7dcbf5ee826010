//! `benches/missed.toml`: the bars that are known to be missed.
//!
//! Each has its value, so that it does not get worse, and the reason. The file is edited by hand: no run of the benches
//! excuses itself.

use std::fs;
use std::path::Path;

use anyhow::Context;
use serde::Deserialize;

use super::answer::BarAnswer;
use super::number;
use super::results::Results;

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub(super) struct Missed {
    #[serde(default)]
    missed: Vec<Miss>,
}

/// A bar that is missed.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Miss {
    bench: String,
    case: String,
    bar: String,
    /// What was measured when it was written down, in the bar's unit.
    pub(super) value: f64,
    /// What is in the way.
    pub(super) why: String,
}

/// By how much an exact value may be worse than the listed one.
///
/// Another machine's C library may do a little more.
const SLACK: f64 = 1.01;

/// By how much a time may be worse than the listed one, on a quiet machine.
const MOOD: f64 = 1.25;

impl Missed {
    /// # Errors
    ///
    /// When it is there and makes no sense.
    pub(super) fn read(path: &Path) -> anyhow::Result<Self> {
        match fs::read_to_string(path) {
            Ok(text) => toml::from_str(&text).with_context(|| format!("{} makes no sense", path.display())),
            Err(_) => Ok(Self::default()),
        }
    }

    pub(super) fn find(&self, bench: &str, case: &str, bar: &BarAnswer) -> Option<&Miss> {
        self.missed.iter().find(|miss| miss.bench == bench && miss.case == case && miss.bar == bar.text)
    }

    /// What is missed and not listed, or worse than listed, and what is listed and is no bar.
    pub(super) fn unlisted(&self, results: &Results) -> Vec<String> {
        let missed = results.bars().filter(|(.., bar)| bar.is_met() == Some(false));
        missed.filter_map(|(bench, case, bar)| self.complaint(&bench.name, &case.name, bar)).collect()
    }

    /// None where the bar is met, or missed by no more than is written down.
    pub(super) fn complaint(&self, bench: &str, case: &str, bar: &BarAnswer) -> Option<String> {
        let measured = bar.measured.filter(|measured| *measured > bar.at_most)?;
        let so_far = match self.find(bench, case, bar) {
            Some(miss) if measured <= miss.value * if bar.is_exact { SLACK } else { MOOD } => return None,
            Some(miss) => format!("known to be {}", number::short(miss.value)),
            None => "not in benches/missed.toml".to_owned(),
        };
        Some(format!("{bench}: {case}: {} misses {} ({so_far})", number::short(measured), bar.text))
    }

    /// Those listed that are met now.
    pub(super) fn met(&self, results: &Results) -> Vec<String> {
        let met = results.bars().filter(|(.., bar)| bar.is_exact && bar.is_met() == Some(true));
        met.filter(|(bench, case, bar)| self.find(&bench.name, &case.name, bar).is_some())
            .map(|(bench, case, bar)| format!("{}: {}: {}", bench.name, case.name, bar.text))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIST: &str = "[[missed]]\nbench = 'spawn'\ncase = 'off'\nbar = '≤ 330'\nvalue = 379\nwhy = 'moves'\n";

    #[test]
    fn a_bar_that_is_met_needs_no_excuse() {
        assert_eq!(Missed::default().complaint("spawn", "off", &bar(330.0)), None);
    }

    #[test]
    fn a_missed_bar_that_is_not_listed_is_complained_about() {
        let complaint = Missed::default().complaint("spawn", "off", &bar(331.0)).unwrap();
        assert_eq!(complaint, "spawn: off: 331 misses ≤ 330 (not in benches/missed.toml)");
    }

    #[test]
    fn a_listed_bar_may_stay_as_bad_as_it_is_and_no_worse() {
        let missed: Missed = toml::from_str(LIST).unwrap();
        assert_eq!(missed.complaint("spawn", "off", &bar(380.0)), None);
        let complaint = missed.complaint("spawn", "off", &bar(390.0)).unwrap();
        assert_eq!(complaint, "spawn: off: 390 misses ≤ 330 (known to be 379)");
    }

    #[test]
    fn a_listed_bar_excuses_no_other() {
        let missed: Missed = toml::from_str(LIST).unwrap();
        assert!(missed.complaint("spawn", "one hook", &bar(380.0)).is_some());
        assert!(missed.complaint("poll", "off", &bar(380.0)).is_some());
    }

    fn bar(measured: f64) -> BarAnswer {
        BarAnswer { text: "≤ 330".to_owned(), at_most: 330.0, measured: Some(measured), is_exact: true }
    }
}
