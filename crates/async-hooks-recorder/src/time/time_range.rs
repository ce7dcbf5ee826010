//! A stretch of time.

use std::time::Duration;

use crate::time::timestamp::Timestamp;

/// A stretch of time, from one timestamp to another.
///
/// # Examples
///
/// ```
/// use async_hooks_recorder::FlightRecorder;
///
/// let recorder = FlightRecorder::builder().build();
/// recorder.enable();
/// let range = recorder.recording().interval();
/// assert_eq!(range.start() + range.duration(), range.end());
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct TimeRange {
    start: Timestamp,
    end: Timestamp,
}

impl TimeRange {
    /// An end before the start becomes the start.
    pub(crate) fn new(start: Timestamp, end: Timestamp) -> TimeRange {
        TimeRange { start, end: end.max(start) }
    }

    /// Returns where it begins.
    #[must_use]
    pub fn start(&self) -> Timestamp {
        self.start
    }

    /// Returns where it ends.
    #[must_use]
    pub fn end(&self) -> Timestamp {
        self.end
    }

    /// Returns how long it is.
    #[must_use]
    pub fn duration(&self) -> Duration {
        self.end - self.start
    }
}
