//! Reports polls that keep their thread for too long, when they end and while they still do.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::alive::clock::ticks_in;
use crate::alive::notes::{NoteSettings, NoteTaker};
use crate::alive::watch::Watch;
use crate::blocked::blocked_polls_builder::BlockedPollsBuilder;
use crate::blocked::early_ends::EarlyEnds;
use crate::blocked::open_scopes::OpenScopes;
use crate::blocked::ticker::Ticker;
use crate::blocked::timing::{Reporter, Timing};
use crate::tool::enabled_tool::EnabledTool;
use crate::tool::owned_hook::OwnedHook;
use crate::tool::switch::{Listen, Switch, Tool};

/// Reports each poll or call that keeps its thread for longer than a limit.
///
/// Everything else on that thread waits meanwhile. A poll of a tracked future counts on any thread. A call in the scope of a
/// resource, of a bound callback or of a span counts only where tasks wait for it: on a worker of a tokio runtime, and inside the
/// `block_on` of a current-thread runtime. Without the feature `tokio` no worker is known, and each call counts.
///
/// A poll that took too long is reported when it ends. A poll that still blocks is reported by a watchdog: a thread that looks
/// twice in each limit, at least once and at most a thousand times a second, while the tool is enabled. So a deadlock is
/// reported, too.
///
/// Of nested scopes, the innermost that took too long is reported. The scopes around it are reported only if they took too long
/// beside that. Jobs on the blocking pool may block, so kind `"tokio::blocking"` is left out, with all that runs inside;
/// so is what `async_hooks::tokio::block_in_place` calls. tokio's own `block_in_place` is known with `--cfg tokio_unstable` only.
///
/// It reports by itself, so it stays enabled until [`disable`](Self::disable), whatever becomes of the handle:
/// `BlockedPolls::builder().build().enable();` watches the program from there on. Clones of a handle refer to the same watch.
///
/// Time is real time, measured by a monotonic clock. If the process is stopped or the machine is suspended during a poll, that
/// poll looks long at its end; the watchdog notices that it slept too long, and reports nothing.
///
/// Node: the package `blocked-at`. tokio: `long_poll_count` of the runtime metrics, which counts polls and does not name them.
///
/// # Examples
///
/// ```
/// use std::sync::mpsc;
/// use std::time::{Duration, Instant};
/// use async_hooks_core::{FutureExt as _, execution_async_resource};
/// use async_hooks_diagnostics::BlockedPolls;
/// use futures::executor::block_on;
///
/// let (told, reports) = mpsc::channel();
/// let limit = Duration::from_millis(5);
/// let tell = move |poll: &async_hooks_diagnostics::BlockedPoll| drop(told.send(poll.clone()));
/// let blocked = BlockedPolls::builder().longer_than(limit).on_blocked(tell).build();
/// blocked.enable();
///
/// let parse = async {
///     let begin = Instant::now();
///     while begin.elapsed() < 2 * limit {}
///     execution_async_resource()
/// };
/// let parse = block_on(parse.in_async_resource("parse"));
///
/// let poll = reports.iter().find(|poll| !poll.is_running()).unwrap();
/// assert_eq!(poll.resource(), Some(parse));
/// assert!(poll.duration() >= limit);
/// ```
#[derive(Clone)]
pub struct BlockedPolls {
    switch: Arc<Switch<BlockedPollsBuilder>>,
}

/// What listens while the tool is enabled; fields are dropped in this order.
pub(crate) struct BlockedListening {
    timing: OwnedHook,
    _ticker: Ticker,
    /// The hook has a weak reference to it.
    ///
    /// A thread may keep the hook in its list until its next event, and must not keep the callback.
    reporter: Arc<Reporter>,
    watch: Watch,
}

impl Tool for BlockedPollsBuilder {
    type Listener = BlockedListening;

    fn listener(&self) -> BlockedListening {
        let (scopes, limit) = (OpenScopes::new(), ticks_in(self.limit));
        let early_ends = Arc::new(EarlyEnds::new());
        let (ignore, on_blocked) = (self.ignore.clone(), self.on_blocked.clone());
        let notes = NoteTaker::new(NoteSettings { labeller: self.labeller.clone(), ..NoteSettings::default() });
        let timing_ends = Arc::clone(&early_ends);
        let reporter = Arc::new(Reporter { scopes: Arc::clone(&scopes), limit, ignore, on_blocked, notes, early_ends });
        let timing = Timing {
            scopes,
            limit,
            ignore: self.ignore.clone(),
            reporter: Arc::downgrade(&reporter),
            early_ends: timing_ends,
        };
        let interval = (self.limit / 2).clamp(Duration::from_millis(1), Duration::from_secs(1));
        let seen = Arc::downgrade(&reporter);
        let look = move || seen.upgrade().iter().for_each(|reporter| reporter.look());
        BlockedListening {
            timing: OwnedHook::new(timing),
            _ticker: Ticker::every(interval, "async-hooks watchdog", look),
            reporter,
            watch: Watch::lives(),
        }
    }

    fn acts_by_itself(&self) -> bool {
        true
    }
}

impl Listen for BlockedListening {
    fn listen(&self) {
        self.watch.listen();
        self.reporter.early_ends.note_enabled();
        self.timing.enable();
        // Behind the timing: when a resource is destroyed in its own scope, its label is still there for the report.
        self.reporter.notes.iter().for_each(NoteTaker::enable);
    }
}

impl BlockedPollsBuilder {
    /// Makes the watch, disabled.
    #[must_use = "it sees nothing until it is enabled"]
    pub fn build(self) -> BlockedPolls {
        BlockedPolls { switch: Switch::new(self) }
    }
}

impl BlockedPolls {
    /// Begins to build a watch.
    ///
    /// Unless it is set otherwise, polls of a tenth of a second or longer are written to stderr.
    pub fn builder() -> BlockedPollsBuilder {
        BlockedPollsBuilder::new()
    }

    /// Enables the watch until `disable`, even after the last handle is dropped.
    ///
    /// Does nothing if it is enabled.
    pub fn enable(&self) -> &Self {
        self.switch.enable();
        self
    }

    /// Enables the watch until the returned guard is dropped.
    ///
    /// Guards are counted: the last one disables, unless [`enable`](Self::enable) was called as well.
    ///
    /// ```
    /// use async_hooks_diagnostics::BlockedPolls;
    ///
    /// let blocked = BlockedPolls::builder().build();
    /// let enabled = blocked.enable_scoped();
    /// assert!(blocked.is_enabled());
    /// drop(enabled);
    /// assert!(!blocked.is_enabled());
    /// ```
    pub fn enable_scoped(&self) -> EnabledTool {
        self.switch.enable_scoped()
    }

    /// Disables the watch.
    ///
    /// Scopes that are open at this moment are not reported any more.
    ///
    /// ```
    /// use async_hooks_diagnostics::BlockedPolls;
    ///
    /// let blocked = BlockedPolls::builder().build();
    /// assert!(blocked.enable().is_enabled());
    /// assert!(!blocked.disable().is_enabled());
    /// ```
    pub fn disable(&self) -> &Self {
        self.switch.disable();
        self
    }

    /// Whether the watch is enabled.
    #[must_use]
    pub fn is_enabled(&self) -> bool {
        self.switch.is_on()
    }
}

impl fmt::Debug for BlockedPolls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (settings, is_enabled) = (self.switch.tool(), self.is_enabled());
        f.debug_struct("BlockedPolls").field("settings", settings).field("is_enabled", &is_enabled).finish()
    }
}
