//! The report of one poll that blocked its thread.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_hooks_core::{AsyncId, Resource};
use async_hooks_tools::{Escaped, HumanDuration};

use crate::alive::chain::Chain;
use crate::print::draw::Draw;
use crate::print::palette::{PLAIN, Painted, Palette};
use crate::print::report::Report;
use crate::print::resource_name::ResourceName;

/// A poll, or a call, that has kept its thread for too long.
///
/// The callback of [`BlockedPollsBuilder::on_blocked`](crate::BlockedPollsBuilder::on_blocked) receives it: once while the poll
/// still blocks, if the watchdog looks meanwhile, and once when it has ended.
///
/// It displays as one line: the resource, the line that created it, the thread, the duration, and the nearest triggers.
///
/// # Examples
///
/// ```
/// use std::sync::mpsc;
/// use std::thread;
/// use std::time::Duration;
/// use async_hooks_core::{AsyncLocal, AsyncResource, FutureExt as _, execution_async_resource};
/// use async_hooks_diagnostics::{BlockedPoll, BlockedPolls};
/// use futures::executor::block_on;
///
/// static PATH: AsyncLocal<&str> = AsyncLocal::new();
///
/// let (sender, reports) = mpsc::channel();
/// let on_blocked = move |poll: &BlockedPoll| sender.send(poll.clone()).unwrap_or_default();
/// let limit = Duration::from_millis(5);
/// let builder = BlockedPolls::builder().longer_than(limit).on_blocked(on_blocked).label_with(|| PATH.get());
/// let _enabled = builder.build().enable_scoped();
///
/// let request = PATH.run("/orders", || AsyncResource::new("request"));
/// let parse = async {
///     thread::sleep(2 * limit); // everything else on this thread waits
///     execution_async_resource()
/// };
/// let parse = block_on(request.run_in_async_scope(|| parse.in_async_resource("parse")));
///
/// let poll = reports.iter().find(|poll| !poll.is_running()).unwrap();
/// assert_eq!((poll.async_id(), poll.resource()), (parse.async_id(), Some(parse)));
/// assert_eq!((poll.label(), poll.chain()), (Some("/orders"), &[request.resource()][..]));
/// assert_eq!(Some(poll.thread()), thread::current().name());
/// assert!(poll.duration() >= limit);
/// ```
#[derive(Clone, Debug)]
pub struct BlockedPoll {
    blocker: Blocker,
    label: Option<Arc<str>>,
    duration: Duration,
    is_running: bool,
    thread: String,
    pub(crate) chain: Option<Chain>,
}

/// The resource that blocks.
///
/// While it runs, nothing but its id is known to other threads if it was created before the tool was enabled.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Blocker {
    Known(Resource),
    Unseen(AsyncId),
}

impl BlockedPoll {
    pub(crate) fn ended(resource: Resource, chain: Chain, duration: Duration, thread: &str) -> BlockedPoll {
        let (blocker, thread) = (Blocker::Known(resource), thread.to_owned());
        BlockedPoll { blocker, label: None, duration, is_running: false, thread, chain: Some(chain) }
    }

    pub(crate) fn running(blocker: Blocker, chain: Option<Chain>, duration: Duration, thread: &str) -> BlockedPoll {
        BlockedPoll { blocker, label: None, duration, is_running: true, thread: thread.to_owned(), chain }
    }

    pub(crate) fn with_label(self, label: Option<Arc<str>>) -> BlockedPoll {
        BlockedPoll { label, ..self }
    }

    /// The id of the resource that is polled.
    #[must_use]
    pub fn async_id(&self) -> AsyncId {
        match self.blocker {
            Blocker::Known(resource) => resource.async_id(),
            Blocker::Unseen(id) => id,
        }
    }

    /// The resource that is polled.
    ///
    /// `None` only while a resource still blocks that was created before the tool was enabled; the report at the end of the poll
    /// names it.
    #[must_use]
    pub fn resource(&self) -> Option<Resource> {
        match self.blocker {
            Blocker::Known(resource) => Some(resource),
            Blocker::Unseen(_) => None,
        }
    }

    /// The label of the resource.
    ///
    /// [`label_with`](crate::BlockedPollsBuilder::label_with) gives it.
    #[must_use]
    pub fn label(&self) -> Option<&str> {
        self.label.as_deref()
    }

    /// How long the poll took, or has taken until now.
    #[must_use]
    pub fn duration(&self) -> Duration {
        self.duration
    }

    /// Whether the poll still blocks.
    #[must_use]
    pub fn is_running(&self) -> bool {
        self.is_running
    }

    /// The name of the thread, or its id as `ThreadId(3)`.
    #[must_use]
    pub fn thread(&self) -> &str {
        &self.thread
    }

    /// The triggers of the resource, nearest first, as far as they are known; at most 32.
    ///
    /// The root is not among them.
    #[must_use]
    pub fn chain(&self) -> &[Resource] {
        self.chain.as_ref().map_or(&[], Chain::triggers)
    }
}

/// The number of triggers that are named in a line.
const NAMED: usize = 3;

/// Draws one line.
///
/// `tokio::task 12 at src/a.rs:3:5, GET /orders, blocked thread main for 38 ms ← request 7 at src/b.rs:4:9`
impl Draw for BlockedPoll {
    fn draw(&self, f: &mut fmt::Formatter<'_>, palette: &Palette) -> fmt::Result {
        match &self.blocker {
            Blocker::Known(resource) => write!(f, "{}", ResourceName(resource, palette))?,
            Blocker::Unseen(id) => write!(f, "{id}, created before this was enabled,")?,
        }
        self.label().map_or(Ok(()), |label| write!(f, ", {},", Escaped(label)))?;
        let (has_blocked, end) = if self.is_running { ("is blocking", " and counting") } else { ("blocked", "") };
        let (thread, duration) = (Escaped(&self.thread), Painted(palette.alarm, HumanDuration(self.duration)));
        write!(f, " {} thread {thread} for {duration}{end}", Painted(palette.alarm, has_blocked))?;
        for trigger in self.chain().iter().take(NAMED) {
            write!(f, " {} {}", Painted(palette.faint, "←"), ResourceName(trigger, palette))?;
        }
        match self.chain().len().saturating_sub(NAMED) {
            0 => Ok(()),
            more => write!(f, " {}", Painted(palette.faint, format_args!("← {more} more"))),
        }
    }
}

impl fmt::Display for BlockedPoll {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.draw(f, &PLAIN)
    }
}

impl Report for BlockedPoll {}
