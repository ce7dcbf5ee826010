//! The ids in each log line.

use std::fmt;

use tracing_core::{Event, Subscriber};
use tracing_subscriber::fmt::FmtContext;
use tracing_subscriber::fmt::format::{FormatEvent, FormatFields, Writer};
use tracing_subscriber::registry::LookupSpan;

use crate::ending::Ending;
use crate::line::{self, Settings};

/// Adds the async id and the trigger async id of whatever executes to each line that `format` writes.
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
    AsyncIdFormat { format }
}

/// A format with async ids; made by [`with_async_ids`].
#[derive(Clone, Debug)]
pub struct AsyncIdFormat<F> {
    format: F,
}

impl<S, N, F> FormatEvent<S, N> for AsyncIdFormat<F>
where
    S: Subscriber + for<'l> LookupSpan<'l>,
    N: for<'w> FormatFields<'w> + 'static,
    F: FormatEvent<S, N>,
{
    fn format_event(&self, context: &FmtContext<'_, S, N>, mut writer: Writer<'_>, event: &Event<'_>) -> fmt::Result {
        line::with(Settings::of(&writer), event, |line| {
            self.format.format_event(context, line.as_writer(), event)?;
            add_ids(&mut line.fields);
            writer.write_str(&line.fields)
        })
    }
}

/// Told by the looks of the line, so that it works for any format. A format that wrote nothing is left alone.
#[inline]
fn add_ids(line: &mut String) {
    match line.as_bytes() {
        // Nearly every line there is.
        [first, .., last, b'\n'] if *first != b'{' && *last != b'\n' => Ending::Text.replace(line, "\n"),
        [b'{', b'"', .., b'}', b'\n'] => Ending::Object.replace(line, "}\n"),
        _ => add_ids_to_other(line),
    }
}

#[inline(never)]
fn add_ids_to_other(line: &mut String) {
    if line.is_empty() || is_pretty(line) {
        return add_ids_to_first_line(line);
    }
    let content = line.trim_end_matches('\n').len();
    let line_breaks = line.split_off(content);
    match line.as_str() {
        "{}" => Ending::EmptyObject.replace(line, "{}"),
        object if object.starts_with("{\"") && object.ends_with('}') => Ending::Object.replace(line, "}"),
        _ => Ending::Text.replace(line, ""),
    }
    line.truncate(line.len() - 1);
    line.push_str(&line_breaks);
}

/// The indent matters: a plain line may end with a blank one too, when its message ends with a line break.
fn is_pretty(line: &str) -> bool {
    line.starts_with("  ") && line.ends_with("\n\n")
}

#[cold]
fn add_ids_to_first_line(line: &mut String) {
    let Some(first_break) = line.find('\n') else { return };
    let rest = line.split_off(first_break + 1);
    Ending::Text.replace(line, "\n");
    line.push_str(&rest);
}
