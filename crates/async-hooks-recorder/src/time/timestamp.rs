//! A moment of a recording.

use std::ops::{Add, AddAssign, Sub, SubAssign};
use std::time::Duration;

use crate::time::clock;

/// A moment: Unix nanoseconds, read off one monotonic clock.
///
/// The wall clock is read once, when the process first needs a timestamp. So timestamps of one process never go back, and
/// follow the wall clock apart from its later adjustments. Arithmetic saturates.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use async_hooks_recorder::Timestamp;
///
/// let start = Timestamp::now();
/// let end = start + Duration::from_millis(5);
/// assert_eq!(end - start, Duration::from_millis(5));
/// assert_eq!(start - end, Duration::ZERO);
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Timestamp(u64);

impl Timestamp {
    /// The earliest timestamp: the beginning of Unix time.
    pub(crate) const MIN: Timestamp = Timestamp(0);

    /// Returns the present moment.
    #[must_use]
    pub fn now() -> Timestamp {
        Timestamp::from_ticks(clock::ticks())
    }

    /// Returns the moment that is this many nanoseconds after the beginning of Unix time.
    #[inline]
    #[must_use]
    pub const fn from_unix_nanos(nanos: u64) -> Timestamp {
        Timestamp(nanos)
    }

    /// Returns the nanoseconds since the beginning of Unix time.
    ///
    /// ```
    /// use async_hooks_recorder::Timestamp;
    ///
    /// assert_eq!(Timestamp::from_unix_nanos(7).as_unix_nanos(), 7);
    /// ```
    #[inline]
    #[must_use]
    pub const fn as_unix_nanos(self) -> u64 {
        self.0
    }

    /// The latest timestamp.
    pub(crate) const MAX: Timestamp = Timestamp(u64::MAX);

    /// The moment of a reading of the clock.
    pub(crate) fn from_ticks(ticks: u64) -> Timestamp {
        Timestamp(clock::to_unix_nanos(ticks))
    }
}

fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

impl Add<Duration> for Timestamp {
    type Output = Timestamp;

    fn add(self, duration: Duration) -> Timestamp {
        Timestamp(self.0.saturating_add(nanos(duration)))
    }
}

impl AddAssign<Duration> for Timestamp {
    fn add_assign(&mut self, duration: Duration) {
        *self = *self + duration;
    }
}

impl Sub<Duration> for Timestamp {
    type Output = Timestamp;

    fn sub(self, duration: Duration) -> Timestamp {
        Timestamp(self.0.saturating_sub(nanos(duration)))
    }
}

impl SubAssign<Duration> for Timestamp {
    fn sub_assign(&mut self, duration: Duration) {
        *self = *self - duration;
    }
}

impl Sub for Timestamp {
    type Output = Duration;

    /// The time from `earlier` to this moment; zero if `earlier` is later.
    fn sub(self, earlier: Timestamp) -> Duration {
        Duration::from_nanos(self.0.saturating_sub(earlier.0))
    }
}
