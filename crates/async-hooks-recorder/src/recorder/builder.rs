//! The settings of a recorder.

use async_hooks_tools::Labeller;

use std::fmt;
use std::time::Duration;

/// Builds a [`FlightRecorder`]; made by [`FlightRecorder::builder`].
///
/// [`FlightRecorder`]: crate::FlightRecorder
/// [`FlightRecorder::builder`]: crate::FlightRecorder::builder
///
/// # Examples
///
/// ```
/// use async_hooks_core::{AsyncLocal, AsyncResource};
/// use async_hooks_recorder::FlightRecorder;
///
/// static PATH: AsyncLocal<String> = AsyncLocal::new();
///
/// let recorder = FlightRecorder::builder().memory(8 << 20).label_with(|| PATH.get()).ignore_kind("noise").build();
/// recorder.enable();
/// let (query, noise) = PATH.run("/orders", || (AsyncResource::new("query"), AsyncResource::new("noise")));
///
/// let recording = recorder.recording();
/// assert_eq!(recording.lifetime(query.async_id()).unwrap().label(), Some("/orders"));
/// assert!(recording.lifetime(noise.async_id()).is_none());
/// ```
#[derive(Clone, Debug)]
#[must_use = "`build` makes the recorder"]
pub struct FlightRecorderBuilder {
    pub(crate) memory: usize,
    pub(crate) labeller: Option<Labeller>,
    pub(crate) ignored_kinds: Vec<Box<str>>,
    pub(crate) wakes: bool,
    pub(crate) max_files: usize,
    pub(crate) at_most_every: Duration,
}

const DEFAULT_MEMORY: usize = 32 << 20;
const LEAST_MEMORY: usize = 64 << 10;

impl FlightRecorderBuilder {
    pub(crate) fn new() -> FlightRecorderBuilder {
        FlightRecorderBuilder {
            memory: DEFAULT_MEMORY,
            labeller: None,
            ignored_kinds: Vec::new(),
            wakes: true,
            max_files: 10,
            at_most_every: Duration::from_secs(1),
        }
    }

    /// Sets the memory of the rings of all threads together, in bytes.
    ///
    /// 32 MiB unless set, and at least 64 KiB.
    ///
    /// 32 MiB hold about three million events. What is kept of living resources takes memory besides.
    ///
    /// ```
    /// use async_hooks_recorder::FlightRecorder;
    ///
    /// let recorder = FlightRecorder::builder().memory(8 << 20).build();
    /// recorder.enable();
    /// assert!(recorder.stats().bytes() <= 8 << 20);
    /// ```
    pub fn memory(mut self, bytes: usize) -> Self {
        self.memory = bytes.max(LEAST_MEMORY);
        self
    }

    /// Gives each resource a label when it is created: the path of the request, for example.
    ///
    /// The closure runs inside the creator, and so reads its locals. It runs for each resource: keep it short. A label is cut at 256
    /// bytes. If the closure panics, there are no labels from then on.
    ///
    /// ```
    /// use async_hooks_core::AsyncResource;
    /// use async_hooks_recorder::FlightRecorder;
    ///
    /// let recorder = FlightRecorder::builder().label_with(|| std::thread::current().name().map(str::to_owned)).build();
    /// recorder.enable();
    /// let query = AsyncResource::new("query");
    /// assert_eq!(recorder.recording().lifetime(query.async_id()).unwrap().label(), std::thread::current().name());
    /// ```
    pub fn label_with<V: fmt::Display>(mut self, label: impl Fn() -> Option<V> + Send + Sync + 'static) -> Self {
        self.labeller = Some(Labeller::new(label));
        self
    }

    /// Leaves out the resources of this kind; may be called more than once.
    ///
    /// ```
    /// use async_hooks_core::AsyncResource;
    /// use async_hooks_recorder::FlightRecorder;
    ///
    /// let recorder = FlightRecorder::builder().ignore_kind("noise").build();
    /// recorder.enable();
    /// let noise = AsyncResource::new("noise");
    /// assert!(recorder.recording().lifetime(noise.async_id()).is_none());
    /// ```
    pub fn ignore_kind(mut self, kind: &str) -> Self {
        self.ignored_kinds.push(kind.into());
        self
    }

    /// Sets whether wakes are recorded, which is so unless set.
    ///
    /// Without them a recording cannot tell what a resource waited for, and a poll costs less.
    ///
    /// ```
    /// use async_hooks_recorder::FlightRecorder;
    ///
    /// let recorder = FlightRecorder::builder().wakes(false).build();
    /// recorder.enable();
    /// assert!(recorder.recording().lifetimes().all(|life| life.wakes().is_empty()));
    /// ```
    pub fn wakes(mut self, wakes: bool) -> Self {
        self.wakes = wakes;
        self
    }

    /// Sets how many files the triggers keep in a directory, and how often they write one.
    ///
    /// 10 files and once a second, unless set. The oldest are removed.
    ///
    /// ```
    /// use std::time::Duration;
    /// use async_hooks_recorder::FlightRecorder;
    ///
    /// let recorder = FlightRecorder::builder().dumps(3, Duration::from_secs(60)).build();
    /// assert!(!recorder.is_enabled());
    /// ```
    pub fn dumps(mut self, files: usize, at_most_every: Duration) -> Self {
        self.max_files = files;
        self.at_most_every = at_most_every;
        self
    }
}
