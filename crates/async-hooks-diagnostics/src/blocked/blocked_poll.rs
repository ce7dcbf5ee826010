//! The report of one poll that blocked.

use std::fmt;
use std::time::Duration;

use async_hooks_core::{AsyncId, Resource};
use serde::{Serialize, Serializer};

use crate::alive::chain::Chain;
use crate::print::facts::Facts;
use crate::print::name::write_name;
use crate::print::palette::{Painted, Palette};
use crate::print::report::Report;
use crate::print::span::Span;

/// A poll, or a call, that went on for too long without giving the thread back.
///
/// Given to the callback of [`BlockedPollsBuilder::on_blocked`](crate::BlockedPollsBuilder::on_blocked): once while the poll still
/// blocks, if the watchdog comes by, and once when it has ended.
///
/// It displays as one line: who, made where, blocked which thread for how long, and the nearest of who triggered it.
#[derive(Clone, Debug, Serialize)]
pub struct BlockedPoll {
    #[serde(flatten)]
    blocker: Blocker,
    #[serde(rename = "duration_seconds")]
    duration: Span,
    is_running: bool,
    thread: String,
    #[serde(flatten)]
    chain: Option<Chain>,
}

/// Who blocks. What was created before anybody listened has no name for another thread, as long as it runs.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Blocker {
    Known(Resource),
    Unseen(AsyncId),
}

impl BlockedPoll {
    pub(crate) fn ended(resource: Resource, chain: Chain, duration: Duration, thread: &str) -> BlockedPoll {
        let thread = thread.to_owned();
        BlockedPoll {
            blocker: Blocker::Known(resource),
            duration: Span(duration),
            is_running: false,
            thread,
            chain: Some(chain),
        }
    }

    pub(crate) fn running(blocker: Blocker, chain: Option<Chain>, duration: Duration, thread: &str) -> BlockedPoll {
        BlockedPoll { blocker, duration: Span(duration), is_running: true, thread: thread.to_owned(), chain }
    }

    /// Whose poll it is.
    #[must_use]
    pub fn async_id(&self) -> AsyncId {
        match self.blocker {
            Blocker::Known(resource) => resource.async_id(),
            Blocker::Unseen(id) => id,
        }
    }

    /// What is known of it: its kind, and the line that created it. `None` only while a resource still blocks that was
    /// created before anybody listened; the report at the end of the poll names it.
    #[must_use]
    pub fn resource(&self) -> Option<Resource> {
        match self.blocker {
            Blocker::Known(resource) => Some(resource),
            Blocker::Unseen(_) => None,
        }
    }

    /// How long it took, or has taken until now.
    #[must_use]
    pub fn duration(&self) -> Duration {
        self.duration.0
    }

    /// Whether it still blocks.
    #[must_use]
    pub fn is_running(&self) -> bool {
        self.is_running
    }

    /// The name of the thread that is blocked, or its id as `ThreadId(3)`.
    #[must_use]
    pub fn thread(&self) -> &str {
        &self.thread
    }

    /// Its triggers, nearest first, as far as they are known; at most 32. The root is not among them.
    #[must_use]
    pub fn chain(&self) -> &[Resource] {
        self.chain.as_ref().map_or(&[], Chain::triggers)
    }
}

/// So many triggers are named in a line.
const NAMED: usize = 3;

/// `tokio::task 12 at src/a.rs:3:5 blocked thread main for 38 ms ← request 7 at src/b.rs:4:9 ← root`
impl fmt::Display for BlockedPoll {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let palette = Palette::of(f);
        self.blocker.fmt(f)?;
        let (has_blocked, end) = if self.is_running { ("is blocking", " and counting") } else { ("blocked", "") };
        let (thread, duration) = (&self.thread, Painted(palette.alarm, self.duration));
        write!(f, " {} thread {thread} for {duration}{end}", Painted(palette.alarm, has_blocked))?;
        for trigger in self.chain().iter().take(NAMED) {
            write!(f, " {} ", Painted(palette.faint, "←"))?;
            write_name(f, trigger)?;
        }
        match self.chain().len().saturating_sub(NAMED) {
            0 => Ok(()),
            more => write!(f, " {}", Painted(palette.faint, format_args!("← {more} more"))),
        }
    }
}

impl fmt::Display for Blocker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Blocker::Known(resource) => write_name(f, resource),
            Blocker::Unseen(id) => write!(f, "{id}, created before anybody listened,"),
        }
    }
}

impl Serialize for Blocker {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Unseen {
            async_id: u64,
        }
        match self {
            Blocker::Known(resource) => Facts::from(resource).serialize(serializer),
            Blocker::Unseen(id) => Unseen { async_id: id.as_u64() }.serialize(serializer),
        }
    }
}

impl Report for BlockedPoll {}
