//! How far the wall clock is from a recorder's timestamps.
//!
//! The recorder reads the wall clock once, when the process begins. Later an operator or NTP may set the wall clock, or the
//! virtual machine may be suspended; and in weeks the two drift apart. Other services stamp their spans with the wall clock of
//! today, and a trace has spans of several services.

use std::time::{Duration, SystemTime};

use async_hooks_recorder::Timestamp;

/// How far the wall clock is ahead of the recorder's timestamps, or behind them.
///
/// All spans of a root are moved by the same offset, so they stay in the order in which they were recorded.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum ClockOffset {
    /// The clocks agree up to the tolerance.
    ///
    /// Spans have the times of the recording, to the nanosecond.
    None,
    Ahead(Duration),
    Behind(Duration),
}

/// A smaller offset is ignored: the clocks of two machines rarely agree better.
const TOLERANCE: Duration = Duration::from_millis(10);

const COMPARISONS: usize = 3;

impl ClockOffset {
    /// Compares both clocks.
    ///
    /// The system may suspend the thread between the two readings, so this takes the smallest of several offsets.
    pub(crate) fn read() -> ClockOffset {
        let compared = (0..COMPARISONS).map(|_| ClockOffset::at(SystemTime::now(), Timestamp::now()));
        compared.min_by_key(|offset| offset.magnitude()).unwrap_or(ClockOffset::None)
    }

    fn at(wall: SystemTime, now: Timestamp) -> ClockOffset {
        match wall.duration_since(recorded(now)) {
            Ok(ahead) if ahead > TOLERANCE => ClockOffset::Ahead(ahead),
            Err(behind) if behind.duration() > TOLERANCE => ClockOffset::Behind(behind.duration()),
            _ => ClockOffset::None,
        }
    }

    fn magnitude(self) -> Duration {
        match self {
            ClockOffset::None => Duration::ZERO,
            ClockOffset::Ahead(time) | ClockOffset::Behind(time) => time,
        }
    }

    /// The wall clock's time at this moment of the recording.
    pub(crate) fn apply(self, at: Timestamp) -> SystemTime {
        let recorded = recorded(at);
        match self {
            ClockOffset::None => Some(recorded),
            ClockOffset::Ahead(time) => recorded.checked_add(time),
            ClockOffset::Behind(time) => recorded.checked_sub(time),
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
            assert_eq!(ClockOffset::at(wall, now).apply(now), recorded(now));
        }
    }

    #[test]
    fn after_a_step_of_the_clock_offset_either_way_spans_have_its_time() {
        let now = Timestamp::now();
        let (step, later) = (Duration::from_millis(13_750), Duration::from_micros(3));
        for wall in [recorded(now) + step, recorded(now) - step] {
            let offset = ClockOffset::at(wall, now);
            assert_eq!(offset.magnitude(), step);
            assert_eq!((offset.apply(now), offset.apply(now + later)), (wall, wall + later));
        }
    }

    #[test]
    fn a_difference_that_no_time_can_be_moved_by_leaves_it_where_it_is() {
        let offset = ClockOffset::Ahead(Duration::MAX);
        assert_eq!(offset.apply(Timestamp::from_unix_nanos(7)), recorded(Timestamp::from_unix_nanos(7)));
    }
}
