//! The ids in each log line.

use std::fmt::{self, Display};

use tracing_core::{Event, Subscriber};
use tracing_subscriber::fmt::FmtContext;
use tracing_subscriber::fmt::format::{FormatEvent, FormatFields, Writer};
use tracing_subscriber::registry::LookupSpan;

use crate::field::Field;
use crate::id_suffix::IdSuffix;
use crate::line_buffer::{self, Settings};

/// Adds the ids of the executing resource to each line that `format` writes.
///
/// They are its async id and its trigger async id.
///
/// Use it to tell interleaved requests apart in a log, and to follow in it what started what. It works with and without
/// [`layer`](crate::layer): ids are those of whatever executes, be it a span, a task or a request. It wraps the formats of
/// `tracing-subscriber` and other people's:
///
/// | a line that | gets |
/// |---|---|
/// | is text | ` async_id=7 trigger_async_id=3` at its end |
/// | is several lines, the last one blank (`pretty`) | the same, at the end of the first |
/// | is a JSON object | `"async_id":7,"trigger_async_id":3` at top level |
///
/// The root has no trigger, which prints as 0. Colours are as `format` has them.
///
/// Node programs do the same by hand, with `executionAsyncId()` in the logger.
///
/// # Errors
///
/// What `format` fails with is passed on, and the line is dropped.
///
/// # Examples
///
/// As the format of a subscriber, or of a layer:
///
/// ```
/// use async_hooks_tracing::with_async_ids;
/// use tracing_subscriber::fmt;
/// # use tracing_subscriber::prelude::*;
/// # use std::sync::{Arc, Mutex};
/// # #[derive(Clone, Default)]
/// # struct Log(Arc<Mutex<Vec<u8>>>);
/// # impl std::io::Write for Log {
/// #     fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> { self.0.lock().unwrap().write(bytes) }
/// #     fn flush(&mut self) -> std::io::Result<()> { Ok(()) }
/// # }
/// # let log = Log::default();
/// # let writer = log.clone();
///
/// let format = with_async_ids(fmt::format().without_time().with_target(false));
/// let subscriber = fmt().with_ansi(false).event_format(format);
/// # let subscriber = subscriber.with_writer(move || writer.clone()).finish();
/// # tracing::subscriber::with_default(subscriber, || {
/// tracing::info!("ready");
/// # });
/// # let written = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
/// assert_eq!(written, " INFO ready async_id=1 trigger_async_id=0\n");
///
/// let layer = fmt::layer().event_format(with_async_ids(fmt::format().compact()));
/// # drop(tracing_subscriber::registry().with(layer));
/// ```
///
/// For JSON the fields of spans must be JSON as well. `json()` of the subscriber or layer sees to that, and the format it
/// sets is wrapped where it is:
///
/// ```
/// # use async_hooks_tracing::with_async_ids;
/// # use tracing_subscriber::fmt;
/// # use tracing_subscriber::prelude::*;
/// let subscriber = fmt().json().map_event_format(with_async_ids);
/// # drop(subscriber.finish());
/// let layer = fmt::layer().json().map_event_format(with_async_ids);
/// # drop(tracing_subscriber::registry().with(layer));
/// ```
pub fn with_async_ids<F>(format: F) -> AsyncIdFormat<F> {
    AsyncIdFormat { format, fields: Vec::new() }
}

/// A format with async ids; made by [`with_async_ids`].
///
/// # Examples
///
/// ```
/// use async_hooks_tracing::{AsyncIdFormat, with_async_ids};
/// use tracing_subscriber::fmt::format::{Format, Full};
///
/// fn format() -> AsyncIdFormat<Format<Full>> {
///     with_async_ids(Format::default())
/// }
/// assert!(format!("{:?}", format()).contains("AsyncIdFormat"));
/// ```
#[derive(Clone)]
pub struct AsyncIdFormat<F> {
    format: F,
    fields: Vec<Field>,
}

impl<F> AsyncIdFormat<F> {
    /// Adds a field to each line, before the ids: the trace id, the user, the tenant.
    ///
    /// `read` is called for each line, and a line for which it returns `None` does not have the field. Fields stand in the
    /// order in which they were added. What a value contains is escaped, so that it cannot forge a line or a field, or
    /// reach the terminal: in text a value that is more than visible characters stands in quotes, and in JSON every value is a
    /// string. If `read`, or the value's `Display`, panics, the line does not have the field.
    ///
    /// Node: the `mixin` option of pino.
    ///
    /// ```
    /// use async_hooks_core::AsyncLocal;
    /// use async_hooks_tracing::with_async_ids;
    /// use tracing_subscriber::fmt;
    /// # use std::sync::{Arc, Mutex};
    /// # #[derive(Clone, Default)]
    /// # struct Log(Arc<Mutex<Vec<u8>>>);
    /// # impl std::io::Write for Log {
    /// #     fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> { self.0.lock().unwrap().write(bytes) }
    /// #     fn flush(&mut self) -> std::io::Result<()> { Ok(()) }
    /// # }
    /// # let log = Log::default();
    /// # let writer = log.clone();
    ///
    /// static USER: AsyncLocal<String> = AsyncLocal::new();
    ///
    /// let format = with_async_ids(fmt::format().without_time().with_target(false)).with_field("user", || USER.get());
    /// let subscriber = fmt().with_ansi(false).event_format(format);
    /// # let subscriber = subscriber.with_writer(move || writer.clone()).finish();
    /// # tracing::subscriber::with_default(subscriber, || {
    /// tracing::info!("nobody");
    /// USER.run("alice".to_owned(), || tracing::info!("somebody"));
    /// USER.run("a\nb".to_owned(), || tracing::info!("an attacker"));
    /// # });
    /// # let written = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    /// let lines: Vec<_> = written.lines().collect();
    /// assert_eq!(lines[0], " INFO nobody async_id=1 trigger_async_id=0");
    /// assert_eq!(lines[1], " INFO somebody user=alice async_id=1 trigger_async_id=0");
    /// assert_eq!(lines[2], " INFO an attacker user=\"a\\nb\" async_id=1 trigger_async_id=0");
    /// ```
    #[must_use]
    pub fn with_field<V: Display>(
        mut self,
        name: &'static str,
        read: impl Fn() -> Option<V> + Send + Sync + 'static,
    ) -> Self {
        self.fields.push(Field::new(name, read));
        self
    }
}

impl<F: fmt::Debug> fmt::Debug for AsyncIdFormat<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.fields.iter().map(|field| field.name).collect();
        f.debug_struct("AsyncIdFormat").field("format", &self.format).field("fields", &names).finish()
    }
}

impl<S, N, F> FormatEvent<S, N> for AsyncIdFormat<F>
where
    S: Subscriber + for<'l> LookupSpan<'l>,
    N: for<'w> FormatFields<'w> + 'static,
    F: FormatEvent<S, N>,
{
    fn format_event(&self, context: &FmtContext<'_, S, N>, mut writer: Writer<'_>, event: &Event<'_>) -> fmt::Result {
        line_buffer::with(Settings::of(&writer), event, |line| {
            self.format.format_event(context, line.as_writer(), event)?;
            add_ids(&mut line.fields, &self.fields);
            writer.write_str(&line.fields)
        })
    }
}

/// Told by the looks of the line, so that it works for any format.
///
/// A format that wrote nothing is left alone.
#[inline]
fn add_ids(line: &mut String, fields: &[Field]) {
    match line.as_bytes() {
        // Nearly every line there is.
        [first, .., last, b'\n'] if *first != b'{' && *last != b'\n' => IdSuffix::Text.replace(line, "\n", fields),
        [b'{', b'"', .., b'}', b'\n'] => IdSuffix::Object.replace(line, "}\n", fields),
        _ => add_ids_to_other(line, fields),
    }
}

#[inline(never)]
fn add_ids_to_other(line: &mut String, fields: &[Field]) {
    if line.is_empty() || is_pretty(line) {
        return add_ids_to_first_line(line, fields);
    }
    let content = line.trim_end_matches('\n').len();
    let line_breaks = line.split_off(content);
    match line.as_str() {
        "{}" => IdSuffix::EmptyObject.replace(line, "{}", fields),
        object if object.starts_with("{\"") && object.ends_with('}') => IdSuffix::Object.replace(line, "}", fields),
        _ => IdSuffix::Text.replace(line, "", fields),
    }
    line.truncate(line.len() - 1);
    line.push_str(&line_breaks);
}

/// The indent matters: a plain line may end with a blank one too.
///
/// That is so when its message ends with a line break.
fn is_pretty(line: &str) -> bool {
    line.starts_with("  ") && line.ends_with("\n\n")
}

#[cold]
fn add_ids_to_first_line(line: &mut String, fields: &[Field]) {
    let Some(first_break) = line.find('\n') else { return };
    let rest = line.split_off(first_break + 1);
    IdSuffix::Text.replace(line, "\n", fields);
    line.push_str(&rest);
}
