//! What all servers have answered in their turns.

use std::fmt;

use crate::slice::Slice;

/// The sums over all turns.
#[derive(Default)]
pub(crate) struct Slices {
    without: Slice,
    with: Slice,
}

impl Slices {
    pub(crate) fn add(&mut self, without: Slice, with: Slice) {
        self.without.add(without);
        self.with.add(with);
    }

    /// Requests a second with the recorder, of those without.
    pub(crate) fn answered_ratio(&self) -> f64 {
        self.with.answered_in_second() / self.without.answered_in_second()
    }
}

impl fmt::Display for Slices {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, slice) in [("without", self.without), ("with", self.with)] {
            let (answered, in_second) = (slice.answered, slice.answered_in_second());
            writeln!(f, "{name:<8}{answered:>12} requests {in_second:>10.0} a second")?;
        }
        let in_work = self.with.answered_in_time_of_processor() / self.without.answered_in_time_of_processor();
        write!(f, "with of without: {:.3}; for the same work of the processors {in_work:.3}", self.answered_ratio())
    }
}
