//! What keeps a thread for itself for too long, told when it ends and while it still does.

use std::fmt;
use std::io::Write as _;
use std::sync::{Arc, Weak};
use std::time::Duration;

use async_hooks_core::{AsyncId, Events, Hook, Resource};

use crate::alive::chain::Chain;
use crate::alive::clock::{Moment, duration_of, ticks_in};
use crate::alive::lineage::Trigger;
use crate::alive::table::TABLE;
use crate::alive::watch::Watch;
use crate::blocked::blocked_poll::{BlockedPoll, Blocker};
use crate::blocked::open_scopes::{Late, Open, OpenScopes, Slot, late};
use crate::blocked::patrol::Patrol;
use crate::callback::Callback;
use crate::ignore::Ignore;
use crate::tool::enabled_tool::EnabledTool;
use crate::tool::owned_hook::OwnedHook;
use crate::tool::switch::{Listen, Switch, Tool};

/// Tells which poll, or call, keeps its thread for longer than a limit: everybody else on that thread waits meanwhile.
///
/// A poll that ended late is told of at its end; one that still blocks is told of by a watchdog, a thread that looks twice
/// in each limit (at least once a second, at most a thousand times) while this is enabled. So a deadlock is named, too.
///
/// Where scopes are nested, the innermost that was too long answers for it: what is around it is told of only if it took
/// too long beside that. Jobs on the blocking pool may block, so kind `"tokio::blocking"` is left out, with all that runs
/// inside.
///
/// It reports by itself, so it stays enabled until [`disable`](Self::disable), whatever becomes of the handle:
/// `BlockedPolls::builder().build().enable();` watches the program from there on. Clones of a handle refer to the same watch.
///
/// Time is real time, measured by a monotonic clock. A process that was stopped, or a machine that was suspended, in the
/// middle of a poll makes that poll look long at its end; the watchdog knows when it has overslept, and stays silent.
///
/// Node: what the package `blocked-at` does; tokio: `long_poll_count` of its runtime metrics, without the count's who and where.
///
/// # Examples
///
/// ```
/// use std::sync::mpsc;
/// use std::time::{Duration, Instant};
/// use async_hooks_core::AsyncResource;
/// use async_hooks_diagnostics::BlockedPolls;
///
/// let (told, reports) = mpsc::channel();
/// let limit = Duration::from_millis(5);
/// let tell = move |poll: &async_hooks_diagnostics::BlockedPoll| drop(told.send(poll.clone()));
/// let blocked = BlockedPolls::builder().longer_than(limit).on_blocked(tell).build();
/// blocked.enable();
///
/// let parse = AsyncResource::new("parse");
/// parse.run_in_async_scope(|| {
///     let begin = Instant::now();
///     while begin.elapsed() < 2 * limit {}
/// });
///
/// let poll = reports.iter().find(|poll| !poll.is_running()).unwrap();
/// assert_eq!(poll.resource(), Some(parse.resource()));
/// assert!(poll.duration() >= limit);
/// ```
#[derive(Clone)]
pub struct BlockedPolls {
    switch: Arc<Switch<BlockedPollsBuilder>>,
}

/// What there is only while it is enabled; fields are dropped in this order.
pub(crate) struct Listening {
    timing: OwnedHook,
    _patrol: Patrol,
    /// The hook has a weak one: a thread that keeps a list of hooks for its next event must not keep the callback.
    _reporter: Arc<Reporter>,
    watch: Watch,
}

impl Tool for BlockedPollsBuilder {
    type Listener = Listening;

    fn listener(&self) -> Listening {
        let (scopes, limit) = (OpenScopes::new(), ticks_in(self.limit));
        let (ignore, on_blocked) = (self.ignore.clone(), self.on_blocked.clone());
        let reporter = Arc::new(Reporter { scopes: Arc::clone(&scopes), limit, ignore, on_blocked });
        let timing = Timing { scopes, limit, reporter: Arc::downgrade(&reporter) };
        let interval = (self.limit / 2).clamp(Duration::from_millis(1), Duration::from_secs(1));
        let seen = Arc::downgrade(&reporter);
        let look = move || seen.upgrade().iter().for_each(|reporter| reporter.look());
        Listening {
            timing: OwnedHook::new(timing),
            _patrol: Patrol::every(interval, "async-hooks watchdog", look),
            _reporter: reporter,
            watch: Watch::lives(),
        }
    }

    fn acts_by_itself(&self) -> bool {
        true
    }
}

impl Listen for Listening {
    fn listen(&self) {
        self.watch.listen();
        self.timing.enable();
    }
}

impl BlockedPolls {
    /// Starts one: what takes a tenth of a second or longer is written to stderr.
    pub fn builder() -> BlockedPollsBuilder {
        let mut ignore = Ignore::default();
        ignore.kind("tokio::blocking");
        BlockedPollsBuilder { limit: Duration::from_millis(100), ignore, on_blocked: Callback::new(write_to_stderr) }
    }

    /// Enables the watch until `disable`, even after the last handle is dropped. Does nothing if it is enabled.
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

    /// Disables it, whoever had it enabled. Scopes that are open at this moment are not reported any more.
    pub fn disable(&self) -> &Self {
        self.switch.disable();
        self
    }

    /// Whether it is enabled.
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

/// A [`BlockedPolls`] in the making; see [`BlockedPolls::builder`].
#[derive(Clone, Debug)]
#[must_use = "it is made by `build`"]
pub struct BlockedPollsBuilder {
    limit: Duration,
    ignore: Ignore,
    on_blocked: Callback<BlockedPoll>,
}

impl BlockedPollsBuilder {
    /// From how long on a poll is told of; zero means every poll. A tenth of a second, if nothing is said.
    pub fn longer_than(mut self, limit: Duration) -> Self {
        self.limit = limit;
        self
    }

    /// What to do with a report, instead of writing it to stderr.
    ///
    /// It runs on the thread that was blocked, within the poll's `after`, or on the watchdog's: at once on several threads,
    /// if several block. If it panics, it is not called again.
    pub fn on_blocked(mut self, call: impl Fn(&BlockedPoll) + Send + Sync + 'static) -> Self {
        self.on_blocked = Callback::new(call);
        self
    }

    /// Leaves out what is of exactly this kind, and what runs inside it.
    pub fn ignore_kind(mut self, kind: &str) -> Self {
        self.ignore.kind(kind);
        self
    }

    /// Leaves out what was created at a place whose `file:line:column` contains this, and what runs inside it. Numbers match
    /// as a whole, so line 1 does not stand for line 12.
    pub fn ignore_location(mut self, part: &str) -> Self {
        self.ignore.location(part);
        self
    }

    /// The hook, disabled.
    #[must_use = "it listens once it is enabled"]
    pub fn build(self) -> BlockedPolls {
        BlockedPolls { switch: Switch::new(self) }
    }
}

/// One line each, in colours where a terminal is there.
fn write_to_stderr(poll: &BlockedPoll) {
    let _ = writeln!(anstream::stderr(), "async-hooks: {poll:#}");
}

/// Times what is open on each thread.
struct Timing {
    scopes: Arc<OpenScopes>,
    limit: u64,
    reporter: Weak<Reporter>,
}

impl Hook for Timing {
    fn before(&self, resource: &Resource) {
        self.scopes.enter(resource.async_id(), Moment::now);
    }

    fn after(&self, resource: &Resource) {
        if let Some(late) = self.scopes.leave(resource.async_id(), self.limit, Moment::now) {
            self.tell(resource, &late);
        }
    }

    /// One that ends inside its own scope gets no `after`.
    fn destroy(&self, resource: &Resource) {
        self.after(resource);
    }

    fn events(&self) -> Events {
        Events::BEFORE | Events::AFTER | Events::DESTROY
    }
}

impl Timing {
    #[cold]
    fn tell(&self, resource: &Resource, late: &Late) {
        if let Some(reporter) = self.reporter.upgrade() {
            reporter.tell_ended(resource, late);
        }
    }
}

/// Knows who wants to hear of what.
struct Reporter {
    scopes: Arc<OpenScopes>,
    limit: u64,
    ignore: Ignore,
    on_blocked: Callback<BlockedPoll>,
}

impl Reporter {
    fn tell_ended(&self, resource: &Resource, late: &Late) {
        if self.ignore.is_ignored(resource) || self.is_any_ignored(late.around.iter().copied()) {
            return;
        }
        let trigger = TABLE.get(resource.async_id()).map_or(Trigger::Unseen, |record| record.trigger().clone());
        let chain = Chain::new(resource, &trigger);
        self.on_blocked.call(&BlockedPoll::ended(*resource, chain, duration_of(late.ticks), late.slot.thread()));
    }

    /// Tells of what blocks at this moment, of each once.
    fn look(&self) {
        for slot in self.scopes.slots() {
            let open = slot.open();
            for (at, ticks) in late(&open, self.limit, Moment::now()) {
                let (around, from_it) = open.split_at(at);
                if let [blocking, ..] = from_it {
                    self.tell_running(&slot, blocking, around, ticks);
                }
            }
        }
    }

    fn tell_running(&self, slot: &Slot, blocking: &Open, around: &[Open], ticks: u64) {
        let whose = around.iter().chain([blocking]).map(|open| open.id);
        if self.is_any_ignored(whose) || !slot.tell(blocking) {
            return;
        }
        let Some(id) = AsyncId::from_u64(blocking.id) else { return };
        let record = TABLE.get(id);
        let chain = record.as_ref().map(|record| Chain::new(&record.resource(), record.trigger()));
        let blocker = record.map_or(Blocker::Unseen(id), |record| Blocker::Known(record.resource()));
        self.on_blocked.call(&BlockedPoll::running(blocker, chain, duration_of(ticks), slot.thread()));
    }

    fn is_any_ignored(&self, mut ids: impl Iterator<Item = u64>) -> bool {
        ids.any(|id| {
            let record = AsyncId::from_u64(id).and_then(|id| TABLE.get(id));
            record.is_some_and(|record| self.ignore.is_ignored(&record.resource()))
        })
    }
}
