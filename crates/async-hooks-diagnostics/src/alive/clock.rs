//! The clock that is read twice on every poll.
//!
//! A moment is a reading of the processor's counter. It is converted to a time only for a report, so a poll pays for the reading
//! alone. Without such a counter, it is a reading of the system's monotonic clock. The counter may stand still or jump between
//! processors on some machines: a difference is never negative.

use std::sync::LazyLock;
use std::time::Duration;

use quanta::Clock;

static CLOCK: LazyLock<Clock> = LazyLock::new(Clock::new);

/// One reading of the clock.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct Moment(u64);

impl Moment {
    #[inline]
    pub(crate) fn now() -> Moment {
        Moment(CLOCK.raw())
    }

    #[inline]
    pub(crate) const fn from_ticks(ticks: u64) -> Moment {
        Moment(ticks)
    }

    #[inline]
    pub(crate) const fn ticks(self) -> u64 {
        self.0
    }

    /// The ticks since `earlier`; 0 if the clock has jumped back.
    #[inline]
    pub(crate) const fn ticks_since(self, earlier: Moment) -> u64 {
        self.0.saturating_sub(earlier.0)
    }

    /// The time since `earlier`; zero if the clock has jumped back.
    pub(crate) fn since(self, earlier: Moment) -> Duration {
        duration_of(self.ticks_since(earlier))
    }
}

/// The duration of a number of ticks.
pub(crate) fn duration_of(ticks: u64) -> Duration {
    Duration::from_nanos(CLOCK.delta_as_nanos(0, ticks))
}

/// The number of ticks after which this time has certainly passed.
///
/// The largest number if it cannot be counted.
pub(crate) fn ticks_in(time: Duration) -> u64 {
    // About eighteen minutes with a counter of one gigahertz: long enough to divide by, and far from where counting wraps.
    const YARDSTICK: u64 = 1 << 40;
    let yardstick = duration_of(YARDSTICK).as_nanos().max(1);
    let ticks = time.as_nanos().saturating_mul(u128::from(YARDSTICK)).div_ceil(yardstick);
    u64::try_from(ticks).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_time_passes_when_the_clock_jumps_back() {
        let (early, late) = (Moment::from_ticks(1_000), Moment::from_ticks(5_000));
        assert_eq!(early.since(late), Duration::ZERO);
        assert!(late.since(early) > Duration::ZERO);
    }

    #[test]
    fn ticks_and_times_convert_into_each_other() {
        assert_eq!(ticks_in(Duration::ZERO), 0);
        assert_eq!(ticks_in(Duration::MAX), u64::MAX);
        for time in [Duration::from_nanos(100), Duration::from_millis(10), Duration::from_secs(3600)] {
            let back = duration_of(ticks_in(time));
            let off = back.abs_diff(time);
            assert!(off <= time / 1_000_000 + Duration::from_nanos(2), "{time:?} became {back:?}");
        }
    }

    #[test]
    fn the_largest_difference_is_a_duration() {
        assert!(Moment::from_ticks(u64::MAX).since(Moment::from_ticks(0)) > Duration::from_secs(1));
    }
}
