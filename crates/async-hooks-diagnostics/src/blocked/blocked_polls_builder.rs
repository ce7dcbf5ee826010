//! The builder of a watch for blocked polls.

use std::fmt;
use std::io::Write as _;
use std::time::Duration;

use async_hooks_tools::Labeller;

use crate::blocked::blocked_poll::BlockedPoll;
use crate::print::report::Report as _;
use crate::tool::callback::Callback;
use crate::tool::ignore::Ignore;

/// The settings of [`BlockedPolls`]; made by [`BlockedPolls::builder`].
///
/// [`BlockedPolls`]: crate::BlockedPolls
/// [`BlockedPolls::builder`]: crate::BlockedPolls::builder
///
/// # Examples
///
/// ```
/// use std::sync::mpsc;
/// use std::time::Duration;
/// use async_hooks_core::FutureExt as _;
/// use async_hooks_diagnostics::{BlockedPoll, BlockedPolls};
/// use futures::executor::block_on;
///
/// let compress = || async {}.in_async_resource("compress");
/// let line = compress().resource().location().to_string();
///
/// let (sender, kinds) = mpsc::channel();
/// let on_blocked = move |poll: &BlockedPoll| drop(sender.send(poll.resource().unwrap().kind()));
/// let builder = BlockedPolls::builder().longer_than(Duration::ZERO).on_blocked(on_blocked);
/// let _enabled = builder.ignore_kind("import").ignore_location(&line).build().enable_scoped();
///
/// block_on(async {}.in_async_resource("import"));
/// block_on(compress());
/// block_on(async {}.in_async_resource("parse"));
/// assert!(kinds.iter().next() == Some("parse"), "the others may block");
/// ```
#[derive(Clone, Debug)]
#[must_use = "`build` makes the watch"]
pub struct BlockedPollsBuilder {
    pub(super) limit: Duration,
    pub(super) ignore: Ignore,
    pub(super) on_blocked: Callback<BlockedPoll>,
    pub(super) labeller: Option<Labeller>,
}

impl BlockedPollsBuilder {
    pub(super) fn new() -> Self {
        let mut ignore = Ignore::default();
        ignore.kind("tokio::blocking");
        let on_blocked = Callback::new(write_to_stderr);
        BlockedPollsBuilder { limit: Duration::from_millis(100), ignore, on_blocked, labeller: None }
    }

    /// The duration from which on a poll is reported: a tenth of a second by default.
    ///
    /// Zero means every poll.
    pub fn longer_than(mut self, limit: Duration) -> Self {
        self.limit = limit;
        self
    }

    /// Receives each report, which is otherwise written to stderr.
    ///
    /// The closure runs on the blocked thread, within the poll's `after`, or on the watchdog's thread. It may run on several
    /// threads at once. If it panics, it is not called again.
    pub fn on_blocked(mut self, call: impl Fn(&BlockedPoll) + Send + Sync + 'static) -> Self {
        self.on_blocked = Callback::new(call);
        self
    }

    /// Gives each resource a label when it is created, which reports show.
    ///
    /// As [`LeakDetectorBuilder::label_with`](crate::LeakDetectorBuilder::label_with).
    ///
    /// ```
    /// use std::sync::mpsc;
    /// use std::time::Duration;
    /// use async_hooks_core::{AsyncLocal, FutureExt as _};
    /// use async_hooks_diagnostics::{BlockedPoll, BlockedPolls};
    ///
    /// static PATH: AsyncLocal<&str> = AsyncLocal::new();
    ///
    /// let (sender, lines) = mpsc::channel();
    /// let on_blocked = move |poll: &BlockedPoll| sender.send(poll.to_string()).unwrap_or_default();
    /// let builder = BlockedPolls::builder().longer_than(Duration::ZERO).on_blocked(on_blocked);
    /// let _enabled = builder.label_with(|| PATH.get()).build().enable_scoped();
    ///
    /// let parse = PATH.run("/orders", || async {}.in_async_resource("parse"));
    /// futures::executor::block_on(parse);
    /// assert!(lines.iter().any(|line| line.contains(", /orders, blocked thread ")));
    /// ```
    pub fn label_with<V: fmt::Display>(mut self, label: impl Fn() -> Option<V> + Send + Sync + 'static) -> Self {
        self.labeller = Some(Labeller::new(label));
        self
    }

    /// Leaves out resources of exactly this kind, and what runs inside them.
    pub fn ignore_kind(mut self, kind: &str) -> Self {
        self.ignore.kind(kind);
        self
    }

    /// Leaves out resources whose `file:line:column` contains this, and what runs inside them.
    ///
    /// Numbers match as a whole, so line 1 does not match line 12.
    pub fn ignore_location(mut self, part: &str) -> Self {
        self.ignore.location(part);
        self
    }
}

/// Writes one line, in colours if stderr is a terminal.
fn write_to_stderr(poll: &BlockedPoll) {
    let _ = writeln!(anstream::stderr(), "async-hooks: {}", poll.ansi(true));
}
