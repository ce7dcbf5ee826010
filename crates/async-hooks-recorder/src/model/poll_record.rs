//! One poll or call of a resource.

use std::sync::Arc;
use std::time::Duration;

use crate::model::thread::Thread;
use crate::time::timestamp::Timestamp;

/// One poll of a future, or one call into another resource: a `before` and its `after`.
///
/// # Examples
///
/// ```
/// use async_hooks_core::AsyncResource;
/// use async_hooks_recorder::FlightRecorder;
///
/// let recorder = FlightRecorder::builder().build();
/// recorder.enable();
/// let query = AsyncResource::new("query");
/// query.run_in_async_scope(|| ());
///
/// let recording = recorder.recording();
/// let poll = &recording.lifetime(query.async_id()).unwrap().polls()[0];
/// assert_eq!(poll.start() + poll.duration(), poll.end());
/// assert_eq!(Some(poll.thread()), std::thread::current().name());
/// ```
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PollRecord {
    pub(crate) start: Timestamp,
    pub(crate) end: Timestamp,
    pub(crate) thread: Arc<Thread>,
    pub(crate) flags: PollFlags,
}

/// What else is known of a poll.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(crate) struct PollFlags {
    /// It ended by a panic.
    pub(crate) has_panicked: bool,
    /// Its `after` is not in the recording.
    ///
    /// It went on at the end of the recording, or the resource ended inside of it.
    pub(crate) is_open: bool,
}

impl PollRecord {
    /// Returns when the poll began.
    #[must_use]
    pub fn start(&self) -> Timestamp {
        self.start
    }

    /// Returns when it ended; for a poll that went on at the end of the recording, that moment.
    #[must_use]
    pub fn end(&self) -> Timestamp {
        self.end
    }

    /// Returns how long it took.
    #[must_use]
    pub fn duration(&self) -> Duration {
        self.end - self.start
    }

    /// Returns the name of the thread; a thread without a name has a number.
    #[must_use]
    pub fn thread(&self) -> &str {
        &self.thread.name
    }
}
