//! A log line under construction, which a wrapped format writes to.
//!
//! The ids are inserted between its words and the line's end.
//!
//! Formats ask their [`Writer`] whether it takes colours and whether control characters must be escaped. A `Writer` to a
//! string of our own has default answers, and there is no way to set others; but the formatted fields of a span, which the
//! `fmt` layer keeps, are a string with those two settings. So a line is kept in one of those.

use std::cell::RefCell;

use tracing_core::span::Attributes;
use tracing_core::{Event, Subscriber as _};
use tracing_subscriber::field::RecordFields;
use tracing_subscriber::fmt::format::{FormatFields, Writer};
use tracing_subscriber::fmt::{self, FormattedFields};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::registry::{LookupSpan as _, Registry};

/// Runs `f` with an empty line of these settings, in memory that this thread uses again.
///
/// The event is only borrowed to apply the settings; the line does not contain it.
#[inline]
pub(crate) fn with<R>(settings: Settings, event: &Event<'_>, mut f: impl FnMut(&mut LineBuffer) -> R) -> R {
    let done = LINES.try_with(|lines| {
        let mut line = lines[settings.index()].try_borrow_mut().ok()?;
        let line = line.get_or_insert_with(|| settings.new_line(event));
        line.fields.clear();
        Some(f(line))
    });
    match done {
        Ok(Some(result)) => result,
        _ => with_another(settings, event, f),
    }
}

/// Within another line, since writing a value logs; or on a thread at its end.
///
/// Neither keeps a buffer.
#[cold]
fn with_another<R>(settings: Settings, event: &Event<'_>, mut f: impl FnMut(&mut LineBuffer) -> R) -> R {
    let kept = INNER_LINES.try_with(|lines| lines.borrow_mut()[settings.index()].pop());
    let mut line = kept.ok().flatten().unwrap_or_else(|| settings.new_line(event));
    let result = f(&mut line);
    line.fields.clear();
    let _ = INNER_LINES.try_with(|lines| lines.borrow_mut()[settings.index()].push(line));
    result
}

pub(crate) type LineBuffer = FormattedFields<Nothing>;

thread_local! {
    /// For each of the settings, the one that is written when no other is.
    static LINES: [RefCell<Option<LineBuffer>>; 4] = const { [const { RefCell::new(None) }; 4] };

    static INNER_LINES: RefCell<[Vec<LineBuffer>; 4]> = const { RefCell::new([const { Vec::new() }; 4]) };
}

#[derive(Clone, Copy)]
pub(crate) struct Settings {
    has_ansi_escapes: bool,
    sanitizes_ansi_escapes: bool,
}

impl Settings {
    #[inline]
    pub(crate) fn of(writer: &Writer<'_>) -> Self {
        Settings {
            has_ansi_escapes: writer.has_ansi_escapes(),
            sanitizes_ansi_escapes: writer.sanitizes_ansi_escapes(),
        }
    }

    #[inline]
    fn index(self) -> usize {
        usize::from(self.has_ansi_escapes) * 2 + usize::from(self.sanitizes_ansi_escapes)
    }

    #[cold]
    fn new_line(self, event: &Event<'_>) -> LineBuffer {
        // What a plain `LineBuffer` answers; every other comes from a layer that was set so.
        match self {
            Settings { has_ansi_escapes: false, sanitizes_ansi_escapes: true } => LineBuffer::default(),
            _ => self.line_of_a_layer(event).unwrap_or_default(),
        }
    }

    /// Makes a span in a registry of its own, where a layer with these settings keeps fields.
    ///
    /// It keeps none.
    fn line_of_a_layer(self, event: &Event<'_>) -> Option<LineBuffer> {
        let mut registry = Registry::default();
        // An event may be under way in a subscriber with per-layer filters, and then debug builds of the registry insist
        // on having some as well.
        registry.register_filter();
        let layer = fmt::layer()
            .fmt_fields(Nothing)
            .with_ansi(self.has_ansi_escapes)
            .with_ansi_sanitization(self.sanitizes_ansi_escapes);
        let subscriber = registry.with(layer);
        let metadata = event.metadata();
        let id = subscriber.new_span(&Attributes::new_root(metadata, &metadata.fields().value_set(&[])));
        let span = subscriber.span(&id)?;
        span.extensions_mut().remove()
    }
}

/// Formats no field.
pub(crate) struct Nothing;

impl FormatFields<'_> for Nothing {
    fn format_fields<R: RecordFields>(&self, _: Writer<'_>, _: R) -> std::fmt::Result {
        Ok(())
    }
}
