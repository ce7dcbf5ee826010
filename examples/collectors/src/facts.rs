//! Counts facts that were compared, and keeps those that differ.

use std::fmt::Debug;

use crate::verdict::Finding;

#[derive(Default)]
pub(crate) struct Facts {
    compared: usize,
    /// How far a time lies outside of what was noted, in nanoseconds.
    furthest: u64,
    mistakes: Vec<String>,
}

/// The recorder and the witness read two clocks.
///
/// Some stores keep times as fractions of a second, besides.
const SLACK: u64 = 200_000;

impl Facts {
    pub(crate) fn equal<T: PartialEq + Debug>(&mut self, what: &str, who: &str, expected: &T, found: &T) {
        self.compared += 1;
        if expected != found {
            self.mistakes.push(format!("{who}: {what} is {found:?} instead of {expected:?}"));
        }
    }

    /// A time between those that were noted directly before and directly after.
    pub(crate) fn time(&mut self, what: &str, who: &str, [before, after]: [u64; 2], found: u64) {
        let outside = before.saturating_sub(found).max(found.saturating_sub(after));
        self.furthest = self.furthest.max(outside);
        self.compared += 1;
        if outside > SLACK {
            self.mistakes.push(format!("{who}: {what} is {outside} ns outside of {before} to {after}"));
        }
    }

    pub(crate) fn finding(self, of: &str) -> Finding {
        if !self.mistakes.is_empty() {
            return Finding::Wrong(self.mistakes);
        }
        let times = match self.furthest {
            0 => String::new(),
            furthest => format!("; no time is more than {:.1} µs off", furthest as f64 / 1_000.0),
        };
        Finding::Proven(format!("{of}: all {} facts are as they have to be{times}", self.compared))
    }
}
