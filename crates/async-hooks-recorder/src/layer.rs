//! Lines of the log as events. Needs the feature `tracing`.

use std::fmt::{self, Write as _};
use std::marker::PhantomData;
use std::sync::Arc;

use async_hooks_core::execution_async_id;
use async_hooks_tools::{MAX_BYTES, cut_at};
use tracing_core::field::{Field, Visit};
use tracing_core::{Event, Level, Subscriber};
use tracing_subscriber::layer::{Context, Layer};

use crate::model::log_record::LogLevel;
use crate::recorder::flight_recorder::FlightRecorder;
use crate::rings::recording_rings::Rings;

/// Records the lines of the program's log; made by [`FlightRecorder::layer`].
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
/// let subscriber = tracing_subscriber::registry().with(recorder.layer());
///
/// let query = AsyncResource::new("query");
/// tracing::subscriber::with_default(subscriber, || {
///     query.run_in_async_scope(|| tracing::warn!(rows = 3, "slow query"));
/// });
/// let recording = recorder.recording();
/// let line = &recording.logs()[0];
/// assert_eq!((line.async_id(), line.level(), line.message()), (query.async_id(), "WARN", "slow query rows=3"));
/// ```
pub struct RecorderLayer<S> {
    rings: Arc<Rings>,
    subscriber: PhantomData<fn(S)>,
}

impl FlightRecorder {
    /// Returns a layer that records the lines of the program's log while the recorder is enabled.
    ///
    /// Each line is an instant on its thread's track, with the resource that executed. Filter the layer as any other: it records
    /// what reaches it. A message with its fields is cut at 256 bytes.
    ///
    /// ```
    /// use async_hooks_recorder::FlightRecorder;
    /// use tracing_subscriber::layer::SubscriberExt as _;
    ///
    /// let recorder = FlightRecorder::builder().build();
    /// recorder.enable();
    /// let subscriber = tracing_subscriber::registry().with(recorder.layer());
    /// tracing::subscriber::with_default(subscriber, || tracing::info!(port = 8080, "ready"));
    /// assert_eq!(recorder.recording().logs()[0].message(), "ready port=8080");
    /// ```
    pub fn layer<S>(&self) -> RecorderLayer<S> {
        RecorderLayer { rings: Arc::clone(&self.shared.rings), subscriber: PhantomData }
    }
}

impl<S: Subscriber> Layer<S> for RecorderLayer<S> {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        if self.rings.is_recording() {
            let mut line = Line::default();
            event.record(&mut line);
            let (target, level) = (event.metadata().target(), level(event.metadata().level()));
            self.rings.log(execution_async_id(), target, level, line.text());
        }
    }
}

fn level(level: &Level) -> u8 {
    let level = match *level {
        Level::ERROR => LogLevel::Error,
        Level::WARN => LogLevel::Warn,
        Level::INFO => LogLevel::Info,
        Level::DEBUG => LogLevel::Debug,
        Level::TRACE => LogLevel::Trace,
    };
    level as u8
}

/// The message, and the fields behind it. What is longer than the limit is not kept.
#[derive(Default)]
struct Line {
    message: String,
    fields: String,
}

impl Line {
    fn text(&mut self) -> &str {
        if self.message.is_empty() {
            return self.fields.trim_start();
        }
        self.message.push_str(&self.fields);
        &self.message
    }
}

impl Visit for Line {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.record_debug(field, &format_args!("{value}"));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        // An error says that the limit is reached, which is no error here.
        let _ = match field.name() {
            "message" => write!(BoundedWriter(&mut self.message), "{value:?}"),
            name => write!(BoundedWriter(&mut self.fields), " {name}={value:?}"),
        };
    }
}

/// Keeps the first bytes of what is written, and then fails, which stops the formatting.
struct BoundedWriter<'a>(&'a mut String);

impl fmt::Write for BoundedWriter<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let end = cut_at(text, MAX_BYTES.saturating_sub(self.0.len()));
        self.0.push_str(&text[..end]);
        if end < text.len() { Err(fmt::Error) } else { Ok(()) }
    }
}

impl<S> Clone for RecorderLayer<S> {
    fn clone(&self) -> Self {
        RecorderLayer { rings: Arc::clone(&self.rings), subscriber: PhantomData }
    }
}

impl<S> fmt::Debug for RecorderLayer<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RecorderLayer").finish_non_exhaustive()
    }
}
