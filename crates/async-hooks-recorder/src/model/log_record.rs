//! One line of a log.

use std::sync::Arc;

use async_hooks_core::AsyncId;

use crate::model::text::Text;
use crate::model::thread::Thread;
use crate::time::timestamp::Timestamp;

/// A line of the program's log, at its place in the recording.
///
/// A recorder sees the lines through its layer, which the feature `tracing` brings.
///
/// # Examples
///
/// ```
/// use async_hooks_core::AsyncResource;
/// use async_hooks_recorder::FlightRecorder;
/// use tracing_subscriber::layer::SubscriberExt as _;
///
/// let recorder = FlightRecorder::builder().build();
/// recorder.enable();
/// let query = AsyncResource::new("query");
/// # #[cfg(feature = "tracing")]
/// # {
/// let subscriber = tracing_subscriber::registry().with(recorder.layer());
/// tracing::subscriber::with_default(subscriber, || {
///     query.run_in_async_scope(|| tracing::warn!(target: "db", rows = 3, "slow query"));
/// });
///
/// let recording = recorder.recording();
/// let [line] = recording.logs() else { panic!("one line was written") };
/// assert_eq!((line.level(), line.target(), line.message()), ("WARN", "db", "slow query rows=3"));
/// assert_eq!((line.async_id(), Some(line.thread())), (query.async_id(), std::thread::current().name()));
/// assert!(line.at() <= recording.interval().end());
/// # }
/// ```
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LogRecord {
    pub(crate) at: Timestamp,
    pub(crate) async_id: AsyncId,
    pub(crate) level: LogLevel,
    pub(crate) target: Text,
    pub(crate) message: Box<str>,
    pub(crate) thread: Arc<Thread>,
}

/// The level of a line.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum LogLevel {
    Error,
    Warn,
    Info,
    Debug,
    Trace,
}

impl LogLevel {
    const ALL: [LogLevel; 5] = [LogLevel::Error, LogLevel::Warn, LogLevel::Info, LogLevel::Debug, LogLevel::Trace];

    pub(crate) fn name(self) -> &'static str {
        match self {
            LogLevel::Error => "ERROR",
            LogLevel::Warn => "WARN",
            LogLevel::Info => "INFO",
            LogLevel::Debug => "DEBUG",
            LogLevel::Trace => "TRACE",
        }
    }

    pub(crate) fn from_number(number: u8) -> LogLevel {
        LogLevel::ALL.get(usize::from(number)).copied().unwrap_or(LogLevel::Trace)
    }

    pub(crate) fn from_name(name: &str) -> Option<LogLevel> {
        LogLevel::ALL.into_iter().find(|level| level.name() == name)
    }
}

impl LogRecord {
    /// Returns when the line was written.
    #[must_use]
    pub fn at(&self) -> Timestamp {
        self.at
    }

    /// Returns the resource that executed; the root if there was none.
    #[must_use]
    pub fn async_id(&self) -> AsyncId {
        self.async_id
    }

    /// Returns the level: `ERROR`, `WARN`, `INFO`, `DEBUG` or `TRACE`.
    #[must_use]
    pub fn level(&self) -> &str {
        self.level.name()
    }

    /// Returns the target, which is usually the module.
    #[must_use]
    pub fn target(&self) -> &str {
        &self.target
    }

    /// Returns the message with its fields, cut at 256 bytes.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// Returns the name of the thread that wrote the line.
    #[must_use]
    pub fn thread(&self) -> &str {
        &self.thread.name
    }
}
