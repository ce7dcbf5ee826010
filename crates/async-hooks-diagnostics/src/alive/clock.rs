//! The clock that is read twice on every poll.
//!
//! A moment is what the processor's counter shows; it becomes a time only when somebody asks, so that a poll pays for the
//! reading alone. Where there is no such counter, it is what the system's monotonic clock shows. It may stand still or jump
//! between processors on odd machines: a difference is never negative.

use std::sync::LazyLock;
use std::time::Duration;

use quanta::Clock;

static CLOCK: LazyLock<Clock> = LazyLock::new(Clock::new);

/// What the clock shows.
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

    /// How many ticks have passed since `earlier`; none if the clock has jumped back.
    #[inline]
    pub(crate) const fn ticks_since(self, earlier: Moment) -> u64 {
        self.0.saturating_sub(earlier.0)
    }

    /// How much time has passed since `earlier`; none if the clock has jumped back.
    pub(crate) fn since(self, earlier: Moment) -> Duration {
        duration_of(self.ticks_since(earlier))
    }
}

/// How long so many ticks take.
pub(crate) fn duration_of(ticks: u64) -> Duration {
    Duration::from_nanos(CLOCK.delta_as_nanos(0, ticks))
}

/// How many ticks have passed when this much time surely has; all there are for a time beyond counting.
pub(crate) fn ticks_in(time: Duration) -> u64 {
    // About eighteen minutes on a counter of one gigahertz: long enough to divide by, and far from where counting wraps.
    const YARDSTICK: u64 = 1 << 40;
    let yardstick = duration_of(YARDSTICK).as_nanos().max(1);
    let ticks = time.as_nanos().saturating_mul(u128::from(YARDSTICK)).div_ceil(yardstick);
    u64::try_from(ticks).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_jumps_back_has_passed_no_time() {
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
    fn the_longest_time_is_a_time() {
        assert!(Moment::from_ticks(u64::MAX).since(Moment::from_ticks(0)) > Duration::from_secs(1));
    }
}
