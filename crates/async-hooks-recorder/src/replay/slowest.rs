//! The longest lives.

use std::cmp::Reverse;

use crate::model::lifetime::Lifetime;
use crate::model::recording::Recording;
use crate::time::time_range::TimeRange;

impl Recording {
    /// Returns the `n` resources of this kind that lived longest, the longest first.
    ///
    /// One that is alive at the end of the recording counts with its life until then.
    ///
    /// ```
    /// use async_hooks_core::AsyncResource;
    /// use async_hooks_recorder::FlightRecorder;
    ///
    /// let recorder = FlightRecorder::builder().build();
    /// recorder.enable();
    /// let slow = AsyncResource::new("slowest request");
    /// let fast = AsyncResource::new("slowest request");
    /// let ids = [slow.async_id(), fast.async_id()];
    /// drop(fast);
    /// drop(slow);
    ///
    /// let recording = recorder.recording();
    /// let slowest = recording.slowest("slowest request", 2);
    /// assert_eq!(Vec::from_iter(slowest.iter().map(|life| life.async_id())), ids);
    /// ```
    #[must_use]
    pub fn slowest(&self, kind: &str, n: usize) -> Vec<&Lifetime> {
        let mut of_kind = Vec::from_iter(self.lifetimes().filter(|life| life.kind() == kind));
        of_kind.sort_by_key(|life| (Reverse(self.range_of(life).duration()), life.async_id));
        of_kind.truncate(n);
        of_kind
    }

    /// Returns the life of a resource of this recording, as far as the recording knows it.
    ///
    /// Where its start or end is not known, the life goes from its first event, or to the end of the recording.
    ///
    /// ```
    /// use async_hooks_core::AsyncResource;
    /// use async_hooks_recorder::FlightRecorder;
    ///
    /// let recorder = FlightRecorder::builder().build();
    /// recorder.enable();
    /// let alive = AsyncResource::new("alive");
    ///
    /// let recording = recorder.recording();
    /// let life = recording.lifetime(alive.async_id()).unwrap();
    /// let range = recording.range_of(life);
    /// assert_eq!((Some(range.start()), range.end()), (life.start(), recording.interval().end()));
    /// ```
    #[must_use]
    pub fn range_of(&self, life: &Lifetime) -> TimeRange {
        let interval = self.interval();
        let start = life.known_from().unwrap_or(interval.start());
        TimeRange::new(life.end.map_or(start, |end| start.min(end)), life.end.unwrap_or(interval.end()))
    }
}
