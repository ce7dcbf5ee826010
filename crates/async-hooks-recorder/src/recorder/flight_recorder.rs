//! The handle of a recorder.

use std::fmt;
use std::sync::{Arc, Weak};
use std::time::Duration;

use async_hooks_core::{AsyncHook, EnabledHook};

use crate::model::recording::Recording;
use crate::recorder::builder::FlightRecorderBuilder;
use crate::recorder::hook::RecorderHook;
use crate::recorder::stats::RecorderStats;
use crate::rings::recording_rings::Rings;
use crate::time::clock;

/// Records what happens into memory, always on: the newest events overwrite the oldest.
///
/// When a request was slow or a task vanished, [`recording`](Self::recording) tells what happened just before, and
/// [`critical_path`](Recording::critical_path) what a resource waited for.
///
/// Clones are cheap, and refer to the same recorder. A recorder with no handle left and no trigger costs nothing: nobody could ask
/// it. Enabling a disabled recorder forgets what it has recorded; disabling it does not.
///
/// # Examples
///
/// ```
/// use async_hooks_core::AsyncResource;
/// use async_hooks_recorder::FlightRecorder;
///
/// let recorder = FlightRecorder::builder().build();
/// recorder.enable();
/// let request = AsyncResource::new("request");
/// request.run_in_async_scope(|| AsyncResource::new("query"));
///
/// let recording = recorder.recording();
/// let kinds = Vec::from_iter(recording.descendants(request.async_id()).map(|life| life.kind()));
/// assert_eq!(kinds, ["request", "query"]);
/// ```
#[derive(Clone)]
pub struct FlightRecorder {
    pub(crate) shared: Arc<Shared>,
}

impl FlightRecorderBuilder {
    /// Builds the recorder, which is disabled.
    #[must_use]
    pub fn build(self) -> FlightRecorder {
        FlightRecorder::new(self)
    }
}

/// Shared by the handles of a recorder, but not by its hook.
///
/// The drop of the last one disables the hook.
pub(crate) struct Shared {
    pub(crate) rings: Arc<Rings>,
    pub(crate) settings: FlightRecorderBuilder,
    hook: AsyncHook,
}

impl FlightRecorder {
    /// Begins to build a recorder.
    ///
    /// ```
    /// use async_hooks_recorder::FlightRecorder;
    ///
    /// assert!(!FlightRecorder::builder().build().is_enabled());
    /// ```
    pub fn builder() -> FlightRecorderBuilder {
        FlightRecorderBuilder::new()
    }

    pub(crate) fn new(settings: FlightRecorderBuilder) -> FlightRecorder {
        let rings = Arc::new(Rings::new(settings.memory));
        let hook = match settings.ignored_kinds.is_empty() {
            true => AsyncHook::new(RecorderHook::<false>::new(&rings, &settings)),
            false => AsyncHook::new(RecorderHook::<true>::new(&rings, &settings)),
        };
        FlightRecorder { shared: Arc::new(Shared { rings, settings, hook }) }
    }

    /// Enables the recorder: it forgets what it has recorded, and records from now on.
    ///
    /// Does nothing if it is enabled. Of a resource that exists already, the recording begins with its next poll.
    ///
    /// ```
    /// use async_hooks_recorder::FlightRecorder;
    ///
    /// FlightRecorder::builder().build().enable();
    /// assert!(FlightRecorder::builder().build().enable().is_enabled());
    /// ```
    pub fn enable(&self) -> &Self {
        self.shared.enable(AsyncHook::enable);
        self
    }

    /// Enables the recorder until the returned guard is dropped.
    ///
    /// Guards are counted: the last one disables, unless [`enable`](Self::enable) was called as well.
    ///
    /// ```
    /// use async_hooks_recorder::FlightRecorder;
    ///
    /// let recorder = FlightRecorder::builder().build();
    /// let enabled = recorder.enable_scoped();
    /// assert!(recorder.is_enabled());
    /// drop(enabled);
    /// assert!(!recorder.is_enabled());
    /// ```
    pub fn enable_scoped(&self) -> EnabledRecorder {
        let hook = Some(self.shared.enable(AsyncHook::enable_scoped));
        EnabledRecorder { hook, recorder: Arc::downgrade(&self.shared) }
    }

    /// Disables the recorder. What it has recorded stays until it is enabled again.
    ///
    /// ```
    /// use async_hooks_core::AsyncResource;
    /// use async_hooks_recorder::FlightRecorder;
    ///
    /// let recorder = FlightRecorder::builder().build();
    /// recorder.enable();
    /// let query = AsyncResource::new("query");
    /// recorder.disable();
    /// assert!(recorder.recording().lifetime(query.async_id()).is_some());
    /// recorder.enable();
    /// assert!(recorder.recording().lifetime(query.async_id()).is_none());
    /// ```
    pub fn disable(&self) -> &Self {
        let now = clock::ticks();
        self.shared.hook.disable();
        self.shared.note_end(now);
        self
    }

    /// Whether the recorder is enabled.
    #[must_use]
    pub fn is_enabled(&self) -> bool {
        self.shared.hook.is_enabled()
    }

    /// Returns what the rings hold now. The program goes on meanwhile.
    ///
    /// ```
    /// use async_hooks_core::AsyncResource;
    /// use async_hooks_recorder::FlightRecorder;
    ///
    /// let recorder = FlightRecorder::builder().build();
    /// recorder.enable();
    /// let query = AsyncResource::new("query");
    /// assert_eq!(recorder.recording().lifetime(query.async_id()).unwrap().kind(), "query");
    /// ```
    #[must_use]
    pub fn recording(&self) -> Recording {
        self.shared.rings.capture()
    }

    /// Returns the last part of what the rings hold.
    ///
    /// What happened in this time until now, and who was alive then.
    ///
    /// ```
    /// use std::time::Duration;
    /// use async_hooks_recorder::FlightRecorder;
    ///
    /// let recorder = FlightRecorder::builder().build();
    /// recorder.enable();
    /// let last = recorder.last(Duration::from_millis(5));
    /// assert!(last.interval().duration() <= Duration::from_millis(5));
    /// ```
    #[must_use]
    pub fn last(&self, time: Duration) -> Recording {
        self.recording().last(time)
    }

    /// Returns how much the recorder holds, and what it could not keep.
    ///
    /// ```
    /// use async_hooks_core::AsyncResource;
    /// use async_hooks_recorder::FlightRecorder;
    ///
    /// let recorder = FlightRecorder::builder().build();
    /// recorder.enable();
    /// drop(AsyncResource::new("query"));
    /// assert!(recorder.stats().events() >= 2);
    /// ```
    #[must_use]
    pub fn stats(&self) -> RecorderStats {
        RecorderStats::of(&self.shared.rings)
    }
}

impl Shared {
    /// The interval starts when the hook is in the list: before, other threads do not see it.
    fn enable<'a, R>(&'a self, enable: impl FnOnce(&'a AsyncHook) -> R) -> R {
        let period = self.rings.period();
        let enabled = enable(&self.hook);
        if self.rings.period() != period {
            self.rings.note_start();
        }
        enabled
    }

    fn note_end(&self, ticks: u64) {
        if !self.hook.is_enabled() {
            self.rings.end(ticks);
        }
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        self.hook.disable();
    }
}

impl fmt::Debug for FlightRecorder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FlightRecorder").field("is_enabled", &self.is_enabled()).finish_non_exhaustive()
    }
}

/// Keeps a [`FlightRecorder`] enabled until it is dropped.
///
/// Made by [`FlightRecorder::enable_scoped`].
///
/// After [`FlightRecorder::disable`] the drop does nothing.
///
/// # Examples
///
/// ```
/// use async_hooks_recorder::FlightRecorder;
///
/// let recorder = FlightRecorder::builder().build();
/// let (first, second) = (recorder.enable_scoped(), recorder.enable_scoped());
/// drop(first);
/// assert!(recorder.is_enabled());
/// drop(second);
/// assert!(!recorder.is_enabled());
/// ```
#[must_use = "the recorder is disabled when the guard is dropped"]
pub struct EnabledRecorder {
    /// `None` once it has been dropped.
    hook: Option<EnabledHook>,
    /// Weak: nobody can ask a recorder of which only a guard is left.
    recorder: Weak<Shared>,
}

impl Drop for EnabledRecorder {
    fn drop(&mut self) {
        let now = clock::ticks();
        drop(self.hook.take());
        if let Some(shared) = self.recorder.upgrade() {
            shared.note_end(now);
        }
    }
}

impl fmt::Debug for EnabledRecorder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EnabledRecorder").finish_non_exhaustive()
    }
}
