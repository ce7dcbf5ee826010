//! The life of one resource.

use std::sync::Arc;
use std::time::Duration;

use async_hooks_core::AsyncId;
use smallvec::SmallVec;

use crate::model::attribute_record::AttributeRecord;
use crate::model::poll_record::PollRecord;
use crate::model::site::Site;
use crate::model::thread::Thread;
use crate::model::wake_record::WakeRecord;
use crate::time::timestamp::Timestamp;

/// What is known of one resource: what it is, what caused it, and what it did.
///
/// # Examples
///
/// ```
/// use async_hooks_core::{AsyncLocal, AsyncResource, FutureExt as _, set_attribute};
/// use async_hooks_recorder::FlightRecorder;
/// # use std::{future::poll_fn, mem, task::Poll};
/// # async fn yield_now() {
/// #     let mut is_woken = false;
/// #     let yield_once = |cx: &mut std::task::Context<'_>| {
/// #         cx.waker().wake_by_ref();
/// #         if mem::replace(&mut is_woken, true) { Poll::Ready(()) } else { Poll::Pending }
/// #     };
/// #     poll_fn(yield_once).await
/// # }
///
/// static PATH: AsyncLocal<&str> = AsyncLocal::new();
///
/// let recorder = FlightRecorder::builder().label_with(|| PATH.get()).build();
/// recorder.enable();
/// let request = PATH.run("/orders", || AsyncResource::new("request"));
/// let query = async {
///     yield_now().await;
///     set_attribute("rows", 3_u32);
/// };
/// let query = request.run_in_async_scope(|| query.in_async_resource("query"));
/// let (id, location) = (query.resource().async_id(), query.resource().location());
/// futures::executor::block_on(query);
///
/// let recording = recorder.recording();
/// let life = recording.lifetime(id).unwrap();
/// assert_eq!((life.kind(), life.label()), ("query", Some("/orders")));
/// assert_eq!((life.async_id(), life.trigger_async_id()), (id, Some(request.async_id())));
/// assert_eq!((life.file(), life.line(), life.column()), (location.file(), location.line(), location.column()));
/// assert_eq!((life.polls().len(), life.attributes()[0].name()), (2, "rows"));
/// assert_eq!(life.wakes()[0].by(), id, "it yielded");
/// assert_eq!((life.is_resolved(), life.panicked()), (true, false));
/// assert!(life.busy() <= life.end().unwrap() - life.start().unwrap());
/// ```
#[derive(Clone, PartialEq, Debug)]
pub struct Lifetime {
    pub(crate) async_id: AsyncId,
    pub(crate) trigger: Option<AsyncId>,
    pub(crate) site: Arc<Site>,
    pub(crate) label: Option<Arc<str>>,
    pub(crate) start: Option<Timestamp>,
    pub(crate) end: Option<Timestamp>,
    /// The thread that created it.
    pub(crate) created_on: Option<Arc<Thread>>,
    pub(crate) is_resolved: bool,
    pub(crate) polls: SmallVec<[PollRecord; 1]>,
    pub(crate) wakes: SmallVec<[WakeRecord; 1]>,
    pub(crate) attributes: SmallVec<[AttributeRecord; 1]>,
}

impl Lifetime {
    /// Returns the id of the resource.
    #[must_use]
    pub fn async_id(&self) -> AsyncId {
        self.async_id
    }

    /// Returns the id of the resource that caused it.
    ///
    /// That one may have ended before the recording begins, and then is not part of it.
    #[must_use]
    pub fn trigger_async_id(&self) -> Option<AsyncId> {
        self.trigger
    }

    /// Returns the kind: `tokio::task`, `http::request`.
    ///
    /// `unknown` of a resource of which only a poll or a wake is known.
    #[must_use]
    pub fn kind(&self) -> &str {
        &self.site.kind
    }

    /// Returns the source file that created it.
    #[must_use]
    pub fn file(&self) -> &str {
        &self.site.file
    }

    /// Returns the line that created it; 0 if it is unknown.
    #[must_use]
    pub fn line(&self) -> u32 {
        self.site.line
    }

    /// Returns the column that created it; 0 if it is unknown.
    #[must_use]
    pub fn column(&self) -> u32 {
        self.site.column
    }

    /// Returns the label that the recorder's `label_with` gave it.
    #[must_use]
    pub fn label(&self) -> Option<&str> {
        self.label.as_deref()
    }

    /// Returns the attributes that were set on it, in their order.
    #[must_use]
    pub fn attributes(&self) -> &[AttributeRecord] {
        &self.attributes
    }

    /// Returns when it was created; `None` if that was before the recorder was enabled.
    #[must_use]
    pub fn start(&self) -> Option<Timestamp> {
        self.start
    }

    /// Returns when it ended; `None` if it was alive at the end of the recording.
    #[must_use]
    pub fn end(&self) -> Option<Timestamp> {
        self.end
    }

    /// Whether its future has returned `Ready`.
    #[must_use]
    pub fn is_resolved(&self) -> bool {
        self.is_resolved
    }

    /// Whether a poll of it has ended by a panic.
    #[must_use]
    pub fn panicked(&self) -> bool {
        self.polls.iter().any(|poll| poll.flags.has_panicked)
    }

    /// Returns its polls and calls, in the order of their starts.
    #[must_use]
    pub fn polls(&self) -> &[PollRecord] {
        &self.polls
    }

    /// Returns its wakes, in their order.
    #[must_use]
    pub fn wakes(&self) -> &[WakeRecord] {
        &self.wakes
    }

    /// Returns the time that it executed; where two polls overlap, that time counts once.
    #[must_use]
    pub fn busy(&self) -> Duration {
        let mut until = Timestamp::MIN;
        let mut busy = Duration::ZERO;
        for poll in &self.polls {
            busy += poll.end - poll.start.max(until);
            until = until.max(poll.end);
        }
        busy
    }

    /// The wake that made this poll happen: the first since the poll before it began.
    pub(crate) fn wake_of_poll(&self, poll: usize) -> Option<usize> {
        let since = poll.checked_sub(1).and_then(|before| self.polls.get(before)).map(|before| before.start);
        let wake = since.map_or(0, |since| self.wakes.partition_point(|wake| wake.at < since));
        let (poll, first) = (self.polls.get(poll)?, self.wakes.get(wake)?);
        (first.at <= poll.start).then_some(wake)
    }

    /// The poll that this wake made happen.
    pub(crate) fn poll_of_wake(&self, wake: usize) -> Option<usize> {
        let at = self.wakes.get(wake)?.at;
        let poll = self.polls.partition_point(|poll| poll.start < at);
        (self.wake_of_poll(poll) == Some(wake)).then_some(poll)
    }

    /// The earliest moment at which it is known to live.
    pub(crate) fn known_from(&self) -> Option<Timestamp> {
        let first_poll = self.polls.first().map(|poll| poll.start);
        let first_wake = self.wakes.first().map(|wake| wake.at);
        self.start.or_else(|| first_poll.into_iter().chain(first_wake).min())
    }

    /// Whether it is part of tokio.
    ///
    /// A lock, a channel, a timer, which are resources where tokio's own spans are seen.
    pub(crate) fn is_of_tokio(&self) -> bool {
        match self.kind() {
            "tokio::task" => false,
            "tokio::blocking" => self.is_worker(),
            kind => kind.starts_with("tokio::"),
        }
    }

    /// Whether it is the job that a worker of tokio's is, where tokio's own spans are seen.
    pub(crate) fn is_worker(&self) -> bool {
        self.kind() == "tokio::blocking" && self.file().contains("runtime/scheduler/")
    }

    /// Whether it was alive at this moment.
    pub(crate) fn is_alive_at(&self, at: Timestamp) -> bool {
        self.start.is_none_or(|start| start <= at) && self.end.is_none_or(|end| at < end)
    }
}
