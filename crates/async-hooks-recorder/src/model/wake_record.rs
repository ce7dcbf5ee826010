//! One wake of a resource.

use std::sync::Arc;

use async_hooks_core::AsyncId;

use crate::model::thread::Thread;
use crate::time::timestamp::Timestamp;

/// One wake of a resource: a call of its waker.
///
/// # Examples
///
/// ```
/// use async_hooks_core::FutureExt as _;
/// use async_hooks_recorder::FlightRecorder;
/// use futures::{channel::oneshot, executor::block_on, future::join};
///
/// let recorder = FlightRecorder::builder().build();
/// recorder.enable();
/// let (sender, receiver) = oneshot::channel();
/// let request = receiver.in_async_resource("request");
/// let query = async { sender.send("an order") }.in_async_resource("query");
/// let [id, query_id] = [request.resource(), query.resource()].map(|resource| resource.async_id());
/// assert_eq!(block_on(join(request, query)).0, Ok("an order"));
///
/// let recording = recorder.recording();
/// let life = recording.lifetime(id).unwrap();
/// let wake = &life.wakes()[0];
/// assert_eq!(wake.by(), query_id);
/// assert!(life.polls()[0].end() <= wake.at() && wake.at() <= life.polls()[1].start());
/// ```
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct WakeRecord {
    pub(crate) at: Timestamp,
    pub(crate) by: AsyncId,
    pub(crate) source: WakeSource,
    /// If the runtime woke, the resource whose poll was the last on the thread.
    ///
    /// If an operation of tokio's woke, the resource around it.
    pub(crate) beside: Option<AsyncId>,
    pub(crate) thread: Arc<Thread>,
}

/// What the root did when it woke.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(crate) enum WakeSource {
    /// Not known, or a resource woke.
    #[default]
    Unknown,
    /// The runtime's driver, of which it is not known what it drove.
    Driver,
    Timer,
    Io,
}

impl WakeSource {
    /// By the kind under which the root woke.
    pub(crate) fn from_kind(kind: &str) -> WakeSource {
        match kind {
            "tokio::time" => WakeSource::Timer,
            "tokio::io" => WakeSource::Io,
            "tokio::driver" => WakeSource::Driver,
            _ => WakeSource::Unknown,
        }
    }

    /// The kind under which the root woke.
    pub(crate) fn kind(self) -> Option<&'static str> {
        match self {
            WakeSource::Unknown => None,
            WakeSource::Driver => Some("tokio::driver"),
            WakeSource::Timer => Some("tokio::time"),
            WakeSource::Io => Some("tokio::io"),
        }
    }
}

impl WakeRecord {
    /// Returns when the waker was called.
    #[must_use]
    pub fn at(&self) -> Timestamp {
        self.at
    }

    /// Returns the resource that executed on the waking thread; the root if there was none.
    #[must_use]
    pub fn by(&self) -> AsyncId {
        self.by
    }
}
