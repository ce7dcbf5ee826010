//! A recording: the lifetimes of a stretch of time.

use std::sync::Arc;
use std::time::Duration;

use async_hooks_core::AsyncId;

use crate::model::children::Children;
use crate::model::gap::Gap;
use crate::model::lifetime::Lifetime;
use crate::model::log_record::LogRecord;
use crate::time::time_range::TimeRange;

/// What a recorder's rings held at one moment, or what a file holds.
///
/// Clones are cheap, and refer to the same data.
///
/// # Examples
///
/// ```
/// use async_hooks_core::AsyncResource;
/// use async_hooks_recorder::{FlightRecorder, Recording};
///
/// let recorder = FlightRecorder::builder().build();
/// recorder.enable();
/// let query = AsyncResource::new("query");
/// query.run_in_async_scope(|| ());
///
/// let mut file = Vec::new();
/// recorder.recording().write(&mut file)?;
/// let recording = Recording::read(&file[..])?;
/// assert_eq!(recording.lifetime(query.async_id()).unwrap().polls().len(), 1);
/// # Ok::<(), async_hooks_recorder::RecordingError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Recording {
    pub(crate) contents: Arc<Contents>,
}

/// What the clones of a recording share.
#[derive(PartialEq, Debug)]
pub(crate) struct Contents {
    pub(crate) interval: TimeRange,
    pub(crate) gaps: Vec<Gap>,
    /// Sorted by id.
    pub(crate) lifetimes: Vec<Lifetime>,
    /// Sorted by time.
    pub(crate) logs: Vec<LogRecord>,
    pub(crate) losses: Losses,
    /// The process that was recorded.
    pub(crate) process: u32,
    pub(crate) children: Children,
}

/// The number of events that the recorder could not keep, from its enabling to the recording.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(crate) struct Losses {
    pub(crate) overwritten: u64,
    pub(crate) lost: u64,
}

impl Recording {
    pub(crate) fn new(contents: Contents) -> Recording {
        Recording { contents: Arc::new(contents) }
    }

    /// The lives that overlap the last part of this time, and its log.
    ///
    /// What is known of such a life is kept as a whole.
    pub(crate) fn last(&self, time: Duration) -> Recording {
        let Contents { interval, gaps, lifetimes, logs, losses, process, .. } = &*self.contents;
        let start = interval.start().max(interval.end() - time);
        let overlaps = |life: &&Lifetime| life.end.is_none_or(|end| end >= start);
        Recording::new(Contents {
            interval: TimeRange::new(start, interval.end()),
            gaps: gaps.clone(),
            lifetimes: lifetimes.iter().filter(overlaps).cloned().collect(),
            logs: logs.iter().filter(|line| line.at >= start).cloned().collect(),
            losses: *losses,
            process: *process,
            children: Children::default(),
        })
    }

    /// Returns the time of which every event is in the recording.
    ///
    /// What is known of the time before is there, too, but not complete.
    ///
    /// ```
    /// use async_hooks_recorder::FlightRecorder;
    /// use async_hooks_recorder::Timestamp;
    ///
    /// let recorder = FlightRecorder::builder().build();
    /// recorder.enable();
    /// let interval = recorder.recording().interval();
    /// assert!(interval.start() <= interval.end() && interval.end() <= Timestamp::now());
    /// ```
    #[must_use]
    pub fn interval(&self) -> TimeRange {
        self.contents.interval
    }

    /// Returns the stretches of time of which events are missing.
    ///
    /// Each gap ends at or before the start of the [`interval`](Self::interval).
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
    /// assert_eq!(recording.gaps()[0].events(), Some(recording.overwritten()));
    /// assert_eq!(recording.lost(), 0, "one thread always finds room");
    /// ```
    #[must_use]
    pub fn gaps(&self) -> &[Gap] {
        &self.contents.gaps
    }

    /// Returns all lifetimes, by id.
    ///
    /// ```
    /// use async_hooks_core::AsyncResource;
    /// use async_hooks_recorder::FlightRecorder;
    ///
    /// let recorder = FlightRecorder::builder().build();
    /// recorder.enable();
    /// let _queries = [(); 3].map(|()| AsyncResource::new("listed query"));
    /// let recording = recorder.recording();
    /// assert_eq!(recording.lifetimes().filter(|life| life.kind() == "listed query").count(), 3);
    /// ```
    pub fn lifetimes(&self) -> impl Iterator<Item = &Lifetime> {
        self.contents.lifetimes.iter()
    }

    /// Returns the lifetime of the resource with this id, if the recording knows it.
    ///
    /// ```
    /// use async_hooks_core::AsyncResource;
    /// use async_hooks_recorder::FlightRecorder;
    ///
    /// let recorder = FlightRecorder::builder().build();
    /// recorder.enable();
    /// let query = AsyncResource::new("query");
    /// let recording = recorder.recording();
    /// assert!(recording.lifetime(query.async_id()).is_some_and(|life| life.end().is_none()));
    /// ```
    #[must_use]
    pub fn lifetime(&self, id: AsyncId) -> Option<&Lifetime> {
        let lifetimes = &self.contents.lifetimes;
        lifetimes.binary_search_by_key(&id, Lifetime::async_id).ok().map(|at| &lifetimes[at])
    }

    /// Returns the lines of the program's log, in their order.
    ///
    /// ```
    /// use async_hooks_recorder::FlightRecorder;
    /// use tracing_subscriber::layer::SubscriberExt as _;
    ///
    /// let recorder = FlightRecorder::builder().build();
    /// recorder.enable();
    /// # #[cfg(feature = "tracing")]
    /// # {
    /// let subscriber = tracing_subscriber::registry().with(recorder.layer());
    /// tracing::subscriber::with_default(subscriber, || {
    ///     tracing::info!("connected");
    ///     tracing::warn!("slow");
    /// });
    /// let recording = recorder.recording();
    /// let messages = Vec::from_iter(recording.logs().iter().map(|line| line.message()));
    /// assert_eq!(messages, ["connected", "slow"]);
    /// # }
    /// ```
    #[must_use]
    pub fn logs(&self) -> &[LogRecord] {
        &self.contents.logs
    }

    /// Returns the number of events that were overwritten.
    ///
    /// It counts from the enabling of the recorder to the recording.
    #[must_use]
    pub fn overwritten(&self) -> u64 {
        self.contents.losses.overwritten
    }

    /// Returns the number of events that could not be written at all.
    #[must_use]
    pub fn lost(&self) -> u64 {
        self.contents.losses.lost
    }
}

/// Recordings are equal if they hold the same.
impl PartialEq for Recording {
    fn eq(&self, other: &Recording) -> bool {
        Arc::ptr_eq(&self.contents, &other.contents) || self.contents == other.contents
    }
}
