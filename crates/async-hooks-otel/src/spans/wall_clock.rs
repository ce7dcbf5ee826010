//! The wall clock, which the spans of one trace are dated by.
//!
//! A recorder's timestamps have read it once, when the process began. Since then it may have been set, or a virtual machine may
//! have stood still; and in weeks the two drift apart. Other services date their spans by the wall clock of today, and a trace
//! has spans of several services.

use std::time::{Duration, SystemTime};

use async_hooks_recorder::Timestamp;

/// How far the wall clock is from timestamps, at one moment.
///
/// All spans of a trace are moved by the same time: what was recorded in order stays in order.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum WallClock {
    /// So close that spans have the times of the recording, to the nanosecond.
    Same,
    Ahead(Duration),
    Behind(Duration),
}

/// Less is no difference: between two machines it is rarely smaller.
const TOLERANCE: Duration = Duration::from_millis(10);

const COMPARISONS: usize = 3;

impl WallClock {
    /// Compares both clocks.
    ///
    /// The thread may lose its processor between two readings: so of some comparisons it is the one with the least difference.
    pub(crate) fn read() -> WallClock {
        let compared = (0..COMPARISONS).map(|_| WallClock::at(SystemTime::now(), Timestamp::now()));
        compared.min_by_key(|clock| clock.difference()).unwrap_or(WallClock::Same)
    }

    fn at(wall: SystemTime, now: Timestamp) -> WallClock {
        match wall.duration_since(recorded(now)) {
            Ok(ahead) if ahead > TOLERANCE => WallClock::Ahead(ahead),
            Err(behind) if behind.duration() > TOLERANCE => WallClock::Behind(behind.duration()),
            _ => WallClock::Same,
        }
    }

    fn difference(self) -> Duration {
        match self {
            WallClock::Same => Duration::ZERO,
            WallClock::Ahead(time) | WallClock::Behind(time) => time,
        }
    }

    /// The time of a span.
    pub(crate) fn date(self, at: Timestamp) -> SystemTime {
        let recorded = recorded(at);
        match self {
            WallClock::Same => Some(recorded),
            WallClock::Ahead(time) => recorded.checked_add(time),
            WallClock::Behind(time) => recorded.checked_sub(time),
        }
        .unwrap_or(recorded)
    }
}

fn recorded(at: Timestamp) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_nanos(at.as_unix_nanos())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn while_both_clocks_agree_spans_have_the_times_of_the_recording() {
        let now = Timestamp::now();
        for wall in [recorded(now) + TOLERANCE, recorded(now), recorded(now) - TOLERANCE] {
            assert_eq!(WallClock::at(wall, now).date(now), recorded(now));
        }
    }

    #[test]
    fn after_a_step_of_the_wall_clock_either_way_spans_have_its_time() {
        let now = Timestamp::now();
        let (step, later) = (Duration::from_millis(13_750), Duration::from_micros(3));
        for wall in [recorded(now) + step, recorded(now) - step] {
            let clock = WallClock::at(wall, now);
            assert_eq!(clock.difference(), step);
            assert_eq!((clock.date(now), clock.date(now + later)), (wall, wall + later));
        }
    }

    #[test]
    fn a_difference_that_no_time_can_be_moved_by_leaves_it_where_it_is() {
        let clock = WallClock::Ahead(Duration::MAX);
        assert_eq!(clock.date(Timestamp::from_unix_nanos(7)), recorded(Timestamp::from_unix_nanos(7)));
    }
}
