//! Fields that a program adds to each line.

use std::fmt as std_fmt;

use async_hooks_core::AsyncLocal;
use async_hooks_tracing::with_async_ids;
use serde_json::Value;
use tracing::{Subscriber, info};
use tracing_subscriber::fmt;
use tracing_subscriber::fmt::format::{FormatEvent, FormatFields, JsonFields, Writer};
use tracing_subscriber::registry::LookupSpan;

use crate::log::Log;

static VALUE: AsyncLocal<String> = AsyncLocal::new();

fn in_text(value: &str) -> String {
    let log = Log::default();
    let format = with_async_ids(fmt::format().without_time().with_target(false)).with_field("value", || VALUE.get());
    let subscriber = fmt().with_ansi(false).event_format(format).with_writer(log.clone()).finish();
    tracing::subscriber::with_default(subscriber, || VALUE.run(value.to_owned(), || info!("line")));
    log.text()
}

fn in_json(value: &str) -> String {
    let log = Log::default();
    let with_fields = |format| with_async_ids(format).with_field("value", || VALUE.get());
    let subscriber = fmt().json().map_event_format(with_fields).with_writer(log.clone()).finish();
    tracing::subscriber::with_default(subscriber, || VALUE.run(value.to_owned(), || info!("line")));
    log.text()
}

#[test]
fn a_plain_value_stands_in_text_as_it_is() {
    for plain in ["alice", "GET:/orders/21?a=b", "Amélie", "日本", "it's"] {
        assert_eq!(in_text(plain), format!(" INFO line value={plain} async_id=1 trigger_async_id=0\n"));
    }
}

#[test]
fn any_other_value_is_quoted_and_escaped_in_text() {
    for (value, written) in [
        ("", r#""""#),
        ("a b", r#""a b""#),
        ("x async_id=7", r#""x async_id=7""#),
        ("a\"b\\c", r#""a\"b\\c""#),
        ("a\r\nb\tc", r#""a\r\nb\tc""#),
        ("\u{1b}[31mred", r#""\u{1b}[31mred""#),
        ("\u{9b}31m", r#""\u{9b}31m""#),
        ("a\u{202e}b", r#""a\u{202e}b""#),
        ("a\u{2028}b\u{a0}c", r#""a\u{2028}b\u{a0}c""#),
        ("\0\u{7f}", r#""\0\u{7f}""#),
    ] {
        assert_eq!(in_text(value), format!(" INFO line value={written} async_id=1 trigger_async_id=0\n"));
    }
}

#[test]
fn every_value_reads_back_from_json() {
    for value in
        ["", "alice", "it's", "a\"b\\c", "a\r\nb\tc", "\u{1b}[31m", "a\u{202e}b", "\0\u{7f}\u{9b}", "😀\u{e0001}"]
    {
        let line = in_json(value);
        assert_eq!(line.matches('\n').count(), 1, "{line}");
        assert!(!line.trim_end().chars().any(|c| c.is_control() || c == '\u{202e}'), "{line:?}");
        let line: Value = serde_json::from_str(&line).unwrap();
        assert_eq!((&line["value"], &line["async_id"]), (&Value::from(value), &Value::from(1)));
    }
}

#[test]
fn a_line_without_a_value_does_not_have_the_field() {
    let log = Log::default();
    let format = with_async_ids(fmt::format().without_time().with_target(false))
        .with_field("missing", || None::<u32>)
        .with_field("first", || Some(1))
        .with_field("second", || Some("two"));
    assert!(format!("{format:?}").ends_with(r#"fields: ["missing", "first", "second"] }"#));
    let subscriber = fmt().with_ansi(false).event_format(format).with_writer(log.clone()).finish();
    tracing::subscriber::with_default(subscriber, || info!("line"));
    assert_eq!(log.text(), " INFO line first=1 second=two async_id=1 trigger_async_id=0\n");
}

/// Panics, or fails, while it is printed.
struct Careless {
    panics: bool,
}

impl std_fmt::Display for Careless {
    fn fmt(&self, f: &mut std_fmt::Formatter<'_>) -> std_fmt::Result {
        f.write_str("half a")?;
        if self.panics { std::panic::resume_unwind(Box::new("value")) } else { Err(std_fmt::Error) }
    }
}

#[test]
fn a_value_that_panics_or_fails_is_left_out() {
    for panics in [true, false] {
        let log = Log::default();
        let format = with_async_ids(fmt::format().without_time().with_target(false))
            .with_field("careless", move || Some(Careless { panics }))
            .with_field("unreadable", || std::panic::resume_unwind(Box::new("read")) as Option<u32>)
            .with_field("fine", || Some(1));
        let subscriber = fmt().with_ansi(false).event_format(format).with_writer(log.clone()).finish();
        tracing::subscriber::with_default(subscriber, || info!("line"));
        assert_eq!(log.text(), " INFO line fine=1 async_id=1 trigger_async_id=0\n");
    }
}

#[test]
fn reading_a_value_may_log() {
    let log = Log::default();
    let inner = log.clone();
    let format = with_async_ids(fmt::format().without_time().with_target(false)).with_field("value", move || {
        let is_first = inner.text().is_empty();
        is_first.then(|| VALUE.run("x".to_owned(), || info!("from inside")));
        Some(1)
    });
    let subscriber = fmt().with_ansi(false).event_format(format).with_writer(log.clone()).finish();
    tracing::subscriber::with_default(subscriber, || info!("line"));
    assert!(log.text().ends_with(" INFO line value=1 async_id=1 trigger_async_id=0\n"), "{}", log.text());
}

#[test]
fn an_object_without_members_gets_the_fields_as_its_first() {
    /// Writes an empty object for each event.
    struct Empty;

    impl<S: Subscriber + for<'l> LookupSpan<'l>, N: for<'w> FormatFields<'w> + 'static> FormatEvent<S, N> for Empty {
        fn format_event(
            &self,
            _: &fmt::FmtContext<'_, S, N>,
            mut writer: Writer<'_>,
            _: &tracing::Event<'_>,
        ) -> std_fmt::Result {
            writeln!(writer, "{{}}")
        }
    }

    let log = Log::default();
    let format = with_async_ids(Empty).with_field("value", || Some("a\"b"));
    let subscriber = fmt().fmt_fields(JsonFields::new()).event_format(format).with_writer(log.clone()).finish();
    tracing::subscriber::with_default(subscriber, || info!("line"));
    assert_eq!(log.text(), "{\"value\":\"a\\u0022b\",\"async_id\":1,\"trigger_async_id\":0}\n");
}
