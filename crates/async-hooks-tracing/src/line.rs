//! A log line in the making: what a wrapped format writes to, so that something can be put between its words and the
//! line's end.
//!
//! Formats ask their [`Writer`] whether it takes colours and whether control characters must be escaped. A `Writer` to a
//! string of our own has default answers, and there is no way to set others; but the formatted fields of a span, which the
//! `fmt` layer keeps, are a string with those two settings. So a line is kept in one of those.

use std::cell::RefCell;
use std::mem;

use tracing_core::span::Attributes;
use tracing_core::{Event, Subscriber as _};
use tracing_subscriber::field::RecordFields;
use tracing_subscriber::fmt::format::{FormatFields, Writer};
use tracing_subscriber::fmt::{self, FormattedFields};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::registry::{LookupSpan as _, Registry};

/// An empty line with the settings of a writer; its memory is used again by a later line of this thread.
pub(crate) struct Line {
    text: Text,
    settings: Settings,
}

impl Line {
    /// The event is lent to make the settings stick, and leaves no trace in the line.
    #[inline]
    pub(crate) fn with_settings_of(writer: &Writer<'_>, event: &Event<'_>) -> Self {
        let settings = Settings::of(writer);
        let kept = IDLE.try_with(|idle| idle.borrow_mut()[settings.index()].pop());
        let text = kept.ok().flatten().unwrap_or_else(|| settings.new_text(event));
        Line { text, settings }
    }

    #[inline]
    pub(crate) fn writer(&mut self) -> Writer<'_> {
        self.text.as_writer()
    }

    #[inline]
    pub(crate) fn text(&mut self) -> &mut String {
        &mut self.text.fields
    }
}

impl Drop for Line {
    #[inline]
    fn drop(&mut self) {
        let mut text = mem::take(&mut self.text);
        text.fields.clear();
        // A thread at its end makes a new one for each line.
        let _ = IDLE.try_with(|idle| idle.borrow_mut()[self.settings.index()].push(text));
    }
}

type Text = FormattedFields<Nothing>;

thread_local! {
    /// For each of the settings; more than one when writing a line logs another line.
    static IDLE: RefCell<[Vec<Text>; 4]> = const { RefCell::new([const { Vec::new() }; 4]) };
}

#[derive(Clone, Copy)]
struct Settings {
    has_ansi_escapes: bool,
    sanitizes_ansi_escapes: bool,
}

impl Settings {
    #[inline]
    fn of(writer: &Writer<'_>) -> Self {
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
    fn new_text(self, event: &Event<'_>) -> Text {
        // What a plain `Text` answers; every other comes from a layer that was set so.
        match self {
            Settings { has_ansi_escapes: false, sanitizes_ansi_escapes: true } => Text::default(),
            _ => self.text_of_a_layer(event).unwrap_or_default(),
        }
    }

    /// Makes a span in a registry of its own, where a layer with these settings keeps the fields of it: none.
    fn text_of_a_layer(self, event: &Event<'_>) -> Option<Text> {
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
struct Nothing;

impl FormatFields<'_> for Nothing {
    fn format_fields<R: RecordFields>(&self, _: Writer<'_>, _: R) -> std::fmt::Result {
        Ok(())
    }
}
