//! What the flight recorder could not keep.

use std::sync::Mutex;
use std::sync::PoisonError;

use async_hooks_recorder::FlightRecorder;
use metrics::Unit;

use crate::counts::counts::Counts;
use crate::publish::series::Series;
use crate::publish::source::Source;

const OVERWRITTEN: &str = "async_hooks_recorder_overwritten_total";
const LOST: &str = "async_hooks_recorder_lost_total";

pub(crate) struct RecorderLosses {
    recorder: FlightRecorder,
    totals: Mutex<[Total; 2]>,
}

/// A count that never goes back.
///
/// The recorder begins its own again each time it is enabled.
#[derive(Clone, Copy, Default)]
struct Total {
    last: u64,
    total: u64,
}

impl Total {
    fn advance(&mut self, now: u64) -> u64 {
        self.total += now.checked_sub(self.last).unwrap_or(now);
        self.last = now;
        self.total
    }
}

impl RecorderLosses {
    pub(crate) fn new(recorder: FlightRecorder) -> RecorderLosses {
        RecorderLosses { recorder, totals: Mutex::default() }
    }
}

impl Source for RecorderLosses {
    fn publish(&self, series: &Series<'_>, _: &Counts) {
        let stats = self.recorder.stats();
        let mut totals = self.totals.lock().unwrap_or_else(PoisonError::into_inner);
        let [overwritten, lost] = &mut *totals;
        series.describe_counter(OVERWRITTEN, Unit::Count, "Recorded events that newer ones have overwritten.");
        series.counter(OVERWRITTEN, Vec::new(), overwritten.advance(stats.overwritten()));
        series.describe_counter(LOST, Unit::Count, "Events that the recorder could not write.");
        series.counter(LOST, Vec::new(), lost.advance(stats.lost()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recorder_that_begins_again_sets_no_count_back() {
        let mut total = Total::default();
        assert_eq!([5, 7, 2, 3].map(|now| total.advance(now)), [5, 7, 9, 10]);
    }
}
