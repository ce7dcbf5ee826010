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
    fn the_longest_time_is_a_time() {
        assert!(Moment::from_ticks(u64::MAX).since(Moment::from_ticks(0)) > Duration::from_secs(1));
    }
}
