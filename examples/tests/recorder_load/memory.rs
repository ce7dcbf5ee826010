//! Whether the memory of the process is flat.

use std::fmt;

/// KiB that were resident, one number after another.
#[derive(Default)]
pub(crate) struct Memory(Vec<u64>);

impl Memory {
    /// 0 is what a system says that does not know.
    pub(crate) fn note(&mut self, resident: u64) {
        self.0.push(resident);
    }

    pub(crate) fn is_known(&self) -> bool {
        self.0.iter().all(|resident| *resident > 0)
    }

    /// The share by which memory was larger in the last quarter than in the second one.
    ///
    /// In the first quarter the rings and the threads are still made.
    pub(crate) fn grown(&self) -> f64 {
        self.most_in(3) as f64 / self.most_in(1).max(1) as f64 - 1.0
    }

    fn most_in(&self, quarter: usize) -> u64 {
        let bound = |quarters: usize| self.0.len() * quarters / 4;
        self.0[bound(quarter)..bound(quarter + 1)].iter().copied().max().unwrap_or_default()
    }
}

impl fmt::Display for Memory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (early, late) = (self.most_in(1), self.most_in(3));
        write!(f, "resident at most: {early} KiB in the second quarter of the time, {late} KiB in the last")
    }
}
