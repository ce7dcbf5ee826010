//! The clock that is read on every event.
//!
//! Where the processor has a counter that runs at one rate on all cores, a reading is that counter, scaled to nanoseconds. Elsewhere
//! it is the monotonic clock of the system. Both count from one anchor, which is also where the wall clock was read.

use std::sync::LazyLock;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use fastant::Anchor;

static CLOCK: LazyLock<Clock> = LazyLock::new(Clock::start);

struct Clock {
    anchor: Anchor,
    /// The reading of the counter's clock at the start.
    first: u64,
    start: Instant,
    unix_nanos: u64,
}

impl Clock {
    fn start() -> Clock {
        let anchor = Anchor::new();
        let first = fastant::Instant::now().as_unix_nanos(&anchor);
        let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let unix_nanos = u64::try_from(since_epoch.as_nanos()).unwrap_or(u64::MAX);
        Clock { anchor, first, start: Instant::now(), unix_nanos }
    }

    #[inline]
    fn elapsed(&self) -> u64 {
        match fastant::is_tsc_available() {
            true => fastant::Instant::now().as_unix_nanos(&self.anchor).saturating_sub(self.first),
            false => u64::try_from(self.start.elapsed().as_nanos()).unwrap_or(u64::MAX),
        }
    }
}

/// The nanoseconds since the clock was started, which is when it was first read.
#[inline]
pub(crate) fn elapsed_nanos() -> u64 {
    CLOCK.elapsed()
}

/// The Unix time, in nanoseconds, of a reading of [`elapsed_nanos`].
pub(crate) fn to_unix_nanos(elapsed: u64) -> u64 {
    CLOCK.unix_nanos.saturating_add(elapsed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn readings_do_not_go_back_and_follow_the_wall_clock() {
        let (first, wall) = (elapsed_nanos(), SystemTime::now());
        assert!((0..10_000).map(|_| elapsed_nanos()).is_sorted_by(|earlier, later| earlier <= later));
        let unix = Duration::from_nanos(to_unix_nanos(first));
        let wall = wall.duration_since(UNIX_EPOCH).unwrap();
        assert!(unix.abs_diff(wall) < Duration::from_secs(1), "{unix:?} is not {wall:?}");
    }
}
