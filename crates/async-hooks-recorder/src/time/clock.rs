//! The clock that is read on every event.
//!
//! A reading is the processor's counter, or the monotonic clock of the system where there is none that runs at one rate. It
//! becomes a time only for a recording, so an event pays for the reading alone.
//!
//! How long a tick is gets measured once, against the monotonic clock: over the time from the first reading until the first time
//! that is asked for. In a program that records for hours that is exact to a millionth and better. It never changes afterwards, so
//! that a reading always is the same moment.

use std::sync::{LazyLock, OnceLock};
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

static CLOCK: LazyLock<Clock> = LazyLock::new(Clock::start);

struct Clock {
    counter: quanta::Clock,
    first: u64,
    start: Instant,
    unix_nanos: u64,
    /// Nanoseconds in 2^32 ticks.
    scale: OnceLock<u64>,
}

/// Two readings this far apart tell the length of a tick to some millionths.
const LEAST_MEASURED: Duration = Duration::from_millis(5);

impl Clock {
    fn start() -> Clock {
        let counter = quanta::Clock::new();
        let (first, start) = at_a_moment(|| counter.raw());
        let (now, at) = at_a_moment(SystemTime::now);
        let since_epoch = now.duration_since(UNIX_EPOCH).unwrap_or_default().saturating_sub(at - start);
        Clock { counter, first, start, unix_nanos: nanos(since_epoch), scale: OnceLock::new() }
    }

    fn measure(&self) -> u64 {
        thread::sleep(LEAST_MEASURED.saturating_sub(self.start.elapsed()));
        let (ticks, at) = at_a_moment(|| self.counter.raw());
        let (ticks, elapsed) = (ticks.saturating_sub(self.first), at - self.start);
        let scale = (u128::from(nanos(elapsed)) << 32) / u128::from(ticks.max(1));
        u64::try_from(scale).unwrap_or(u64::MAX)
    }
}

/// How often two clocks are read together.
const READINGS: usize = 8;

/// Reads another clock, and says when.
///
/// A thread may lose its processor between two readings, for milliseconds: so of some pairs it is the one that took the shortest.
fn at_a_moment<T>(read: impl Fn() -> T) -> (T, Instant) {
    let pair = || {
        let before = Instant::now();
        let reading = read();
        (before.elapsed(), reading, before)
    };
    let first = pair();
    let shorter = |shortest: (Duration, T, Instant), _| std::cmp::min_by_key(pair(), shortest, |(took, ..)| *took);
    let (_, reading, before) = (1..READINGS).fold(first, shorter);
    (reading, before)
}

fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

/// The clock, at hand for code that reads it often.
#[derive(Clone, Debug)]
pub(crate) struct Counter(quanta::Clock);

impl Counter {
    pub(crate) fn new() -> Counter {
        Counter(CLOCK.counter.clone())
    }

    /// A reading. It may be a little less than an earlier one of another thread.
    #[inline]
    pub(crate) fn ticks(&self) -> u64 {
        self.0.raw()
    }
}

/// A reading, for code that reads it rarely.
pub(crate) fn ticks() -> u64 {
    CLOCK.counter.raw()
}

/// The Unix time, in nanoseconds, of a reading of [`ticks`].
pub(crate) fn to_unix_nanos(ticks: u64) -> u64 {
    let clock = &*CLOCK;
    let scale = clock.scale.get_or_init(|| clock.measure());
    let ticks = ticks.saturating_sub(clock.first);
    let elapsed = (u128::from(ticks) * u128::from(*scale)) >> 32;
    clock.unix_nanos.saturating_add(u64::try_from(elapsed).unwrap_or(u64::MAX))
}

/// The time between two readings.
pub(crate) fn duration(from: u64, to: u64) -> Duration {
    Duration::from_nanos(to_unix_nanos(to).saturating_sub(to_unix_nanos(from)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn readings_do_not_go_back_and_follow_the_wall_clock() {
        let (first, wall) = (ticks(), SystemTime::now());
        assert!((0..10_000).map(|_| ticks()).is_sorted_by(|earlier, later| earlier <= later));
        let unix = Duration::from_nanos(to_unix_nanos(first));
        let wall = wall.duration_since(UNIX_EPOCH).unwrap();
        assert!(unix.abs_diff(wall) < Duration::from_secs(1), "{unix:?} is not {wall:?}");
    }

    #[test]
    fn times_pass_as_those_of_the_monotonic_clock() {
        // Readings first: the first conversion takes milliseconds.
        let (from, start) = (ticks(), Instant::now());
        while start.elapsed() < Duration::from_millis(50) {}
        let (to, elapsed) = (ticks(), start.elapsed());
        let measured = duration(from, to);
        assert!(measured.abs_diff(elapsed) < elapsed / 20, "{measured:?} is not {elapsed:?}");
    }
}
