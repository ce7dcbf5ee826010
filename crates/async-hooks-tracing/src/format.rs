//! The ids in each log line.

use std::any;
use std::fmt::{self, Display};

use tracing_core::{Event, Subscriber};
use tracing_subscriber::fmt::FmtContext;
use tracing_subscriber::fmt::format::{FormatEvent, FormatFields, Writer};
use tracing_subscriber::registry::LookupSpan;

use crate::field::Field;
use crate::id_suffix::{self, IdSuffix};
use crate::json_object::{JsonObject, begins_like_json};
use crate::line_buffer::{self, Settings};
use crate::line_ids::LineIds;
use crate::lines_in_any_order;

/// Adds ids to each line that `format` writes.
///
/// They are the async id and the trigger async id of the executing resource, or of the span that the line is about. A line is about a span if the macro names that as parent
/// (`info!(parent: &span, …)`), or if it says that the span is new, entered, left or closed (`with_span_events`).
///
/// Use it to tell interleaved requests apart in a log, and to follow in it what started what. It works with and without
/// [`layer`](crate::layer): ids are those of whatever executes, be it a span, a task or a request. It wraps the formats of
/// `tracing-subscriber` and other people's:
///
/// | a line that | gets |
/// |---|---|
/// | is text | ` async_id=7 trigger_async_id=3` at its end |
/// | is several lines, the last one blank (`pretty`) | the same, at the end of the first |
/// | is a JSON object, on one line or several | `"async_id":7,"trigger_async_id":3` at top level, as far as it has no such member |
/// | begins like JSON and is something else | nothing |
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
    lines_in_any_order::note_format();
    AsyncIdFormat { format, fields: Vec::new(), writes_objects: is_json_of_tracing::<F>() }
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
    /// Whether each line that begins like an object is known to be one.
    writes_objects: bool,
}

/// Whether this is the format of `tracing-subscriber` that writes JSON.
///
/// A name that is written otherwise one day costs time: then each line is looked through.
fn is_json_of_tracing<F>() -> bool {
    any::type_name::<F>()
        .starts_with("tracing_subscriber::fmt::format::Format<tracing_subscriber::fmt::format::json::Json")
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
        self.writes_objects &= !MEMBERS.contains(&name);
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
            self.add_ids(&mut line.fields, event, LineIds::of(event, context));
            writer.write_str(&line.fields)
        })
    }
}

impl<F> AsyncIdFormat<F> {
    /// Told by the looks of the line, so that it works for any format.
    ///
    /// A format that wrote nothing is left alone.
    #[inline]
    fn add_ids(&self, line: &mut String, event: &Event<'_>, ids: LineIds) {
        let fields = &self.fields[..];
        match line.as_bytes() {
            // Nearly every line there is.
            [first, second, .., last, b'\n'] if is_text(*first, *second) && *last != b'\n' && *last != b'\r' => {
                IdSuffix::Text.replace(line, "\n", fields, ids);
            }
            [b'{', b'"', .., b'}', b'\n'] if self.writes_objects && !has_added_name(event, fields) => {
                IdSuffix::Object.replace(line, "}\n", fields, ids)
            }
            _ => add_ids_to_other(line, fields, ids),
        }
    }
}

/// Whether a line cannot be JSON. A level may be aligned by one blank.
#[inline]
fn is_text(first: u8, second: u8) -> bool {
    let is_letter = |byte: u8| byte > b' ' && byte != b'{' && byte != b'[';
    is_letter(first) || first == b' ' && is_letter(second)
}

/// Whether the event has a field with a name that is to be added.
///
/// The JSON of `tracing-subscriber` may have it as a member then.
#[inline]
fn has_added_name(event: &Event<'_>, fields: &[Field]) -> bool {
    let has = |name| event.metadata().fields().field(name).is_some();
    has("async_id") || has("trigger_async_id") || fields.iter().any(|field| has(field.name))
}

/// The other members that the JSON of `tracing-subscriber` may have.
const MEMBERS: [&str; 10] =
    ["timestamp", "level", "fields", "target", "filename", "line_number", "span", "spans", "threadName", "threadId"];

#[inline(never)]
fn add_ids_to_other(line: &mut String, fields: &[Field], ids: LineIds) {
    if line.is_empty() || is_pretty(line) {
        return add_ids_to_first_line(line, fields, ids);
    }
    if begins_like_json(line) {
        return add_ids_to_object(line, fields, ids);
    }
    let line_breaks = line.split_off(line.trim_end_matches(['\r', '\n']).len());
    IdSuffix::Text.replace(line, "", fields, ids);
    line.truncate(line.len() - 1);
    line.push_str(&line_breaks);
}

/// What is JSON and no object, or no JSON after all, stays as it is.
///
/// A member that is there stays, too.
fn add_ids_to_object(line: &mut String, fields: &[Field], ids: LineIds) {
    let Some(object) = JsonObject::parse(line) else { return };
    let members = id_suffix::members(fields, ids, |name| object.has(name));
    let (end, is_first) = (object.end_of_members, object.names.is_empty());
    // The first member of an object has no comma before it.
    line.insert_str(end, if is_first { members.trim_start_matches(',') } else { &members });
}

/// The indent matters: a plain line may end with a blank one too.
///
/// That is so when its message ends with a line break.
fn is_pretty(line: &str) -> bool {
    line.starts_with("  ") && line.ends_with("\n\n")
}

#[cold]
fn add_ids_to_first_line(line: &mut String, fields: &[Field], ids: LineIds) {
    let Some(first_break) = line.find('\n') else { return };
    let rest = line.split_off(first_break + 1);
    IdSuffix::Text.replace(line, "\n", fields, ids);
    line.push_str(&rest);
}

#[cfg(test)]
mod tests {
    use super::*;
    use tracing_subscriber::fmt::format;

    #[test]
    fn the_json_of_tracing_is_known_by_its_type_and_so_is_every_other_format() {
        fn is_known<F>(_: &F) -> bool {
            is_json_of_tracing::<F>()
        }
        assert!(is_known(&format().json()) && is_known(&format().json().without_time()));
        assert!(!is_known(&format()) && !is_known(&format().pretty()) && !is_known(&format().compact()));
    }
}
