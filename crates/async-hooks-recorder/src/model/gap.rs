//! A stretch of time of which events are missing.

use std::fmt;
use std::sync::Arc;

use async_hooks_tools::{Escaped, HumanDuration};

use crate::model::thread::Thread;
use crate::time::time_range::TimeRange;

/// Events of one thread that are not in the recording.
///
/// They were overwritten, or could not be written.
///
/// # Examples
///
/// ```
/// use async_hooks_core::AsyncResource;
/// use async_hooks_recorder::FlightRecorder;
///
/// let recorder = FlightRecorder::builder().memory(64 << 10).build();
/// recorder.enable();
/// let job = AsyncResource::new("job");
/// (0..100_000).for_each(|_| job.run_in_async_scope(|| ()));
///
/// let recording = recorder.recording();
/// let [gap] = recording.gaps() else { panic!("one thread has written") };
/// assert_eq!(Some(gap.thread()), std::thread::current().name());
/// assert!(gap.events() > Some(100_000));
/// assert!(gap.interval().end() <= recording.interval().start());
/// ```
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Gap {
    pub(crate) thread: Arc<Thread>,
    pub(crate) interval: TimeRange,
    pub(crate) events: Option<u64>,
}

impl Gap {
    /// Returns the name of the thread; `other threads` where very many have gaps.
    #[must_use]
    pub fn thread(&self) -> &str {
        &self.thread.name
    }

    /// Returns when the missing events happened: none of them is later than its end.
    #[must_use]
    pub fn interval(&self) -> TimeRange {
        self.interval
    }

    /// Returns how many events are missing, if that is known.
    #[must_use]
    pub fn events(&self) -> Option<u64> {
        self.events
    }
}

/// Displays as `worker-1: 1200 events of 1.5 s are missing`.
impl fmt::Display for Gap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", Escaped(self.thread()))?;
        match self.events {
            Some(events) => write!(f, "{events} events")?,
            None => write!(f, "events")?,
        }
        write!(f, " of {} are missing", HumanDuration(self.interval.duration()))
    }
}
