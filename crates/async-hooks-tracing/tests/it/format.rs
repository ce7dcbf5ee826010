use std::cell::RefCell;
use std::fmt as std_fmt;

use async_hooks_core::{AsyncId, AsyncResource};
use async_hooks_tracing::with_async_ids;
use serde_json::{Value, json};
use tracing::{Event, Subscriber, info, info_span, warn};
use tracing_subscriber::fmt;
use tracing_subscriber::fmt::FmtContext;
use tracing_subscriber::fmt::format::{FormatEvent, FormatFields, JsonFields, Writer};
use tracing_subscriber::prelude::*;
use tracing_subscriber::registry::LookupSpan;

use crate::log::Log;

/// What is written, and the id of a resource triggered by the root that writes it.
fn written<S>(subscriber: impl FnOnce(Log) -> S, write: impl FnOnce()) -> (String, AsyncId)
where
    S: Subscriber + Send + Sync + 'static,
{
    let log = Log::default();
    let job = AsyncResource::new("job");
    tracing::subscriber::with_default(subscriber(log.clone()), || job.run_in_async_scope(write));
    (log.text(), job.async_id())
}

#[test]
fn a_full_line_ends_with_the_ids() {
    let format = with_async_ids(fmt::format().without_time());
    let (text, id) = written(
        |log| fmt().with_ansi(false).event_format(format).with_writer(log).finish(),
        || info_span!("request", method = "GET").in_scope(|| info!(target: "shop", items = 3, "sold")),
    );
    assert_eq!(text, format!(" INFO request{{method=\"GET\"}}: shop: sold items=3 async_id={id} trigger_async_id=1\n"));
}

#[test]
fn a_compact_line_ends_with_the_ids() {
    let format = with_async_ids(fmt::format().without_time().compact());
    let (text, id) = written(
        |log| fmt().with_ansi(false).event_format(format).with_writer(log).finish(),
        || info_span!("request", method = "GET").in_scope(|| info!(target: "shop", items = 3, "sold")),
    );
    assert_eq!(text, format!(" INFO request: shop: sold items=3 method=\"GET\" async_id={id} trigger_async_id=1\n"));
}

#[test]
fn a_pretty_paragraph_has_the_ids_on_its_first_line() {
    let format = with_async_ids(fmt::format().without_time().pretty());
    let line = line!() + 3;
    let (text, id) = written(
        |log| fmt().with_ansi(false).event_format(format).with_writer(log).finish(),
        || info_span!(target: "shop", "request").in_scope(|| info!(target: "shop", items = 3, "sold")),
    );
    let file = file!();
    let first = format!("   INFO shop: sold, items: 3 async_id={id} trigger_async_id=1");
    assert_eq!(text, format!("{first}\n    at {file}:{line}\n    in shop::request\n\n"));
}

#[test]
fn a_json_line_has_two_numbers_at_top_level() {
    let (text, id) = written(
        |log| fmt().json().without_time().map_event_format(with_async_ids).with_writer(log).finish(),
        || info_span!("request", method = "GET").in_scope(|| info!(target: "shop", items = 3, "sold")),
    );
    let request = json!({"name": "request", "method": "GET"});
    let expected = json!({
        "level": "INFO", "target": "shop", "fields": {"message": "sold", "items": 3},
        "span": request, "spans": [request], "async_id": id.as_u64(), "trigger_async_id": 1,
    });
    assert_eq!(text.lines().count(), 1);
    assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), expected);
    assert!(text.ends_with(&format!(",\"async_id\":{id},\"trigger_async_id\":1}}\n")));
}

#[test]
fn the_roots_trigger_prints_as_zero() {
    let log = Log::default();
    let text =
        fmt().with_ansi(false).event_format(with_async_ids(fmt::format().without_time())).with_writer(log.clone());
    tracing::subscriber::with_default(text.finish(), || info!(target: "shop", "open"));
    let json = fmt().json().without_time().map_event_format(with_async_ids).with_writer(log.clone());
    tracing::subscriber::with_default(json.finish(), || info!(target: "shop", "open"));
    let [text, json] = &log.lines()[..] else { panic!("two lines") };
    assert_eq!(text, " INFO shop: open async_id=1 trigger_async_id=0");
    assert!(json.ends_with(",\"async_id\":1,\"trigger_async_id\":0}"));
}

#[test]
fn a_json_object_without_members_gets_its_first_two() {
    let format = fmt::format().json().with_level(false).with_target(false).without_time().flatten_event(true);
    let layer = fmt::layer().event_format(with_async_ids(format)).fmt_fields(JsonFields::new());
    let (text, id) = written(|log| tracing_subscriber::registry().with(layer.with_writer(log)), || info!({}));
    assert_eq!(text, format!("{{\"async_id\":{id},\"trigger_async_id\":1}}\n"));
}

#[test]
fn every_way_to_install_a_format_works() {
    let line = || info!(target: "shop", "open");
    let expected = |id: AsyncId| format!(" INFO shop: open async_id={id} trigger_async_id=1\n");
    let format = || with_async_ids(fmt::format().without_time());

    let (text, id) = written(|log| fmt().with_ansi(false).event_format(format()).with_writer(log).finish(), line);
    assert_eq!(text, expected(id));
    let (text, id) = written(
        |log| {
            tracing_subscriber::registry().with(fmt::layer().event_format(format()).with_ansi(false).with_writer(log))
        },
        line,
    );
    assert_eq!(text, expected(id));
    let (text, id) = written(
        |log| fmt().without_time().with_ansi(false).map_event_format(with_async_ids).with_writer(log).finish(),
        line,
    );
    assert_eq!(text, expected(id));
    let (text, id) = written(
        |log| fmt().json().event_format(with_async_ids(fmt::format().json().without_time())).with_writer(log).finish(),
        line,
    );
    assert_eq!(serde_json::from_str::<Value>(&text).unwrap()["async_id"], id.as_u64());
}

#[test]
fn a_message_of_several_lines_has_the_ids_at_the_end_of_a_text_and_on_the_first_line_when_pretty() {
    let format = with_async_ids(fmt::format().without_time());
    let several = || info!(target: "shop", "one\ntwo");
    let (text, id) = written(|log| fmt().with_ansi(false).event_format(format).with_writer(log).finish(), several);
    assert_eq!(text, format!(" INFO shop: one\ntwo async_id={id} trigger_async_id=1\n"));

    let format = with_async_ids(fmt::format().without_time().pretty().with_source_location(false));
    let (text, id) = written(|log| fmt().with_ansi(false).event_format(format).with_writer(log).finish(), several);
    assert_eq!(text, format!("   INFO shop: one async_id={id} trigger_async_id=1\ntwo\n\n"));

    let (text, id) =
        written(|log| fmt().json().without_time().map_event_format(with_async_ids).with_writer(log).finish(), several);
    let line: Value = serde_json::from_str(&text).unwrap();
    assert_eq!((&line["fields"]["message"], &line["async_id"]), (&json!("one\ntwo"), &json!(id.as_u64())));
}

#[test]
fn a_message_that_ends_with_a_line_break_is_no_paragraph() {
    let format = with_async_ids(fmt::format().without_time());
    let (text, id) = written(
        |log| fmt().with_ansi(false).event_format(format).with_writer(log).finish(),
        || info!(target: "shop", "one\ntwo\n"),
    );
    assert_eq!(text, format!(" INFO shop: one\ntwo async_id={id} trigger_async_id=1\n\n"));
}

#[test]
fn a_text_that_contains_json_is_a_text() {
    let format = with_async_ids(fmt::format().without_time());
    let (text, id) = written(
        |log| fmt().with_ansi(false).event_format(format).with_writer(log).finish(),
        || info!(target: "shop", r#"{{"a":1}}"#),
    );
    assert_eq!(text, format!(" INFO shop: {{\"a\":1}} async_id={id} trigger_async_id=1\n"));
}

/// The same lines with and without ids, in four formats, with and without colours.
///
/// Control characters are escaped or not.
#[test]
fn nothing_but_the_ids_is_added_whatever_the_settings() {
    fn write_lines() {
        info!(target: "shop", "open");
        let request = info_span!(target: "shop", "request", method = "GET", path = ?"/");
        request.in_scope(|| warn!(target: "shop", items = 3, text = "\u{1b}[31mred", "sold \u{1b}[31mred"));
        request.in_scope(|| info!(target: "shop", "one\ntwo"));
    }
    macro_rules! lines_of {
        ($layer:expr) => {{
            let log = Log::default();
            tracing::subscriber::with_default(
                tracing_subscriber::registry().with($layer.with_writer(log.clone())),
                write_lines,
            );
            log.text()
        }};
    }
    let text_ids = " async_id=1 trigger_async_id=0";
    let json_ids = ",\"async_id\":1,\"trigger_async_id\":0";
    for (ansi, sanitization) in [(false, true), (true, true), (false, false), (true, false)] {
        macro_rules! assert_only_ids_added {
            ($layer:expr, $ids:expr) => {{
                let layer = || $layer.without_time().with_ansi(ansi).with_ansi_sanitization(sanitization);
                let without = lines_of!(layer());
                let with = lines_of!(layer().map_event_format(with_async_ids));
                assert_eq!(with.matches($ids).count(), 3, "{with}");
                assert_eq!(with.replace($ids, ""), without);
                assert_eq!(without.contains("\u{1b}["), ansi || !sanitization && $ids == text_ids, "{without}");
            }};
        }
        assert_only_ids_added!(fmt::layer(), text_ids);
        assert_only_ids_added!(fmt::layer().compact(), text_ids);
        assert_only_ids_added!(fmt::layer().pretty(), text_ids);
        if !ansi {
            assert_only_ids_added!(fmt::layer().json(), json_ids);
        }
    }
}

#[test]
fn colours_set_at_the_format_itself_stay() {
    #[allow(deprecated, reason = "a format may still be set so")]
    let format = with_async_ids(fmt::format().without_time().with_ansi(false));
    let (text, _) = written(
        |log| fmt().with_ansi(true).event_format(format).with_writer(log).finish(),
        || info!(target: "shop", "open"),
    );
    assert!(!text.contains('\u{1b}'), "{text}");
}

#[test]
fn a_filter_of_another_layer_does_not_disturb_coloured_lines() {
    use tracing_subscriber::filter::LevelFilter;
    let (log, warnings) = (Log::default(), Log::default());
    let format = || with_async_ids(fmt::format().without_time());
    let all = fmt::layer().event_format(format()).with_ansi(true).with_writer(log.clone());
    let some = fmt::layer().event_format(format()).with_ansi(false).with_writer(warnings.clone());
    let subscriber = tracing_subscriber::registry()
        .with(some.with_filter(LevelFilter::WARN))
        .with(all.with_filter(LevelFilter::INFO));
    // A thread of its own, on which no line was written before.
    let write = || {
        tracing::subscriber::with_default(subscriber, || {
            info!(target: "shop", "open");
            warn!(target: "shop", "closing");
        });
    };
    std::thread::scope(|scope| scope.spawn(write).join().unwrap());
    assert_eq!(log.lines().len(), 2);
    assert_eq!(warnings.text(), " WARN shop: closing async_id=1 trigger_async_id=0\n");
}

struct Failing;

impl<S, N> FormatEvent<S, N> for Failing
where
    S: Subscriber + for<'l> LookupSpan<'l>,
    N: for<'w> FormatFields<'w> + 'static,
{
    fn format_event(&self, _: &FmtContext<'_, S, N>, mut writer: Writer<'_>, event: &Event<'_>) -> std_fmt::Result {
        writer.write_str("half a line")?;
        if *event.metadata().level() == tracing::Level::WARN {
            Err(std_fmt::Error)
        } else {
            writer.write_str(", and the rest")
        }
    }
}

#[test]
fn an_error_of_the_wrapped_format_is_passed_on_and_spoils_no_other_line() {
    let format = with_async_ids(Failing);
    let (text, id) = written(
        |log| fmt().with_ansi(false).log_internal_errors(false).event_format(format).with_writer(log).finish(),
        || {
            warn!("fails");
            info!("does not");
        },
    );
    assert_eq!(text, format!("half a line, and the rest async_id={id} trigger_async_id=1"));
}

/// In both shapes at once, as a program that logs to a terminal and a file does.
#[test]
fn lines_of_resources_that_log_in_turn_have_each_their_own_ids() {
    let (text_log, json_log) = (Log::default(), Log::default());
    let text = fmt::layer().with_ansi(false).with_writer(text_log.clone());
    let json = fmt::layer().json().map_event_format(with_async_ids).with_writer(json_log.clone());
    let text = text.event_format(with_async_ids(fmt::format().without_time().with_target(false)));
    let connection = AsyncResource::new("connection");
    let requests = [(); 2].map(|()| AsyncResource::builder("request").trigger_async_id(connection.async_id()).build());
    let logging = [&connection, &requests[0], &requests[1], &requests[1], &requests[0]];
    tracing::subscriber::with_default(tracing_subscriber::registry().with(text).with(json), || {
        for _ in 0..2 {
            logging.iter().for_each(|resource| resource.run_in_async_scope(|| info!("here")));
            info!("here");
        }
    });
    let of = |resource: &&AsyncResource| {
        (resource.async_id().as_u64(), resource.trigger_async_id().map_or(0, AsyncId::as_u64))
    };
    let once: Vec<_> = logging.iter().map(of).chain([(1, 0)]).collect();
    let ids = [&once[..], &once[..]].concat();
    let texts: Vec<_> =
        ids.iter().map(|(id, trigger)| format!(" INFO here async_id={id} trigger_async_id={trigger}")).collect();
    assert_eq!(text_log.lines(), texts);
    for (line, (id, trigger)) in json_log.lines().iter().zip(ids) {
        let line: Value = serde_json::from_str(line).unwrap();
        assert_eq!((&line["async_id"], &line["trigger_async_id"]), (&json!(id), &json!(trigger)));
    }
}

/// Logs when its thread ends, and all that was kept for its lines is gone.
struct LogsAtTheEnd(tracing::Dispatch, AsyncResource);

impl Drop for LogsAtTheEnd {
    fn drop(&mut self) {
        tracing::dispatcher::with_default(&self.0, || self.1.run_in_async_scope(|| info!("late")));
    }
}

thread_local! {
    static AT_THE_END: RefCell<Option<LogsAtTheEnd>> = const { RefCell::new(None) };
}

#[test]
fn a_thread_at_its_end_logs_with_ids() {
    let log = Log::default();
    let format = with_async_ids(fmt::format().without_time().with_target(false));
    let job = AsyncResource::new("job");
    let id = job.async_id();
    let dispatch =
        tracing::Dispatch::new(fmt().with_ansi(false).event_format(format).with_writer(log.clone()).finish());
    let logs = move || {
        // What is used first is the last to go: all that makes lines without ids.
        tracing::subscriber::with_default(fmt().with_writer(std::io::sink).finish(), || info!("without ids"));
        AT_THE_END.set(Some(LogsAtTheEnd(dispatch.clone(), job)));
        tracing::dispatcher::with_default(&dispatch, || info!("early"));
    };
    std::thread::spawn(logs).join().unwrap();
    let late = format!(" INFO late async_id={id} trigger_async_id=1");
    assert_eq!(log.lines(), [" INFO early async_id=1 trigger_async_id=0".to_owned(), late]);
}

struct Silent;

impl<S, N> FormatEvent<S, N> for Silent
where
    S: Subscriber + for<'l> LookupSpan<'l>,
    N: for<'w> FormatFields<'w> + 'static,
{
    fn format_event(&self, _: &FmtContext<'_, S, N>, _: Writer<'_>, _: &Event<'_>) -> std_fmt::Result {
        Ok(())
    }
}

#[test]
fn a_format_that_writes_nothing_gets_no_ids() {
    let format = with_async_ids(Silent);
    let (text, _) = written(|log| fmt().event_format(format).with_writer(log).finish(), || info!("not to be seen"));
    assert_eq!(text, "");
}

/// Writes a fixed line, as other people's formats do.
struct Verbatim(&'static str);

impl<S, N> FormatEvent<S, N> for Verbatim
where
    S: Subscriber + for<'l> LookupSpan<'l>,
    N: for<'w> FormatFields<'w> + 'static,
{
    fn format_event(&self, _: &FmtContext<'_, S, N>, mut writer: Writer<'_>, _: &Event<'_>) -> std_fmt::Result {
        writer.write_str(self.0)
    }
}

/// The line with ids, and the id.
fn with_ids(line: &'static str) -> (String, AsyncId) {
    written(|log| fmt().event_format(with_async_ids(Verbatim(line))).with_writer(log).finish(), || info!("replaced"))
}

#[test]
fn a_json_object_of_another_format_gets_two_members_wherever_its_blanks_are() {
    for (line, begin, end) in [
        ("{\"m\":1}\n", "{\"m\":1", "}\n"),
        ("{ \"m\": 1 }\n", "{ \"m\": 1", " }\n"),
        ("{\n  \"m\": {\n    \"n\": []\n  }\n}\n", "{\n  \"m\": {\n    \"n\": []\n  }", "\n}\n"),
        ("{\"m\":1}\r\n", "{\"m\":1", "}\r\n"),
        ("{\"m\":1}", "{\"m\":1", "}"),
        (" {\"m\":\"}\"} \n", " {\"m\":\"}\"", "} \n"),
    ] {
        let (text, id) = with_ids(line);
        assert_eq!(text, format!("{begin},\"async_id\":{id},\"trigger_async_id\":1{end}"));
        let json: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(json["async_id"], id.as_u64());
    }
    let (text, id) = with_ids("{ }\n");
    assert_eq!(text, format!("{{\"async_id\":{id},\"trigger_async_id\":1 }}\n"));
}

#[test]
fn a_json_object_that_has_a_member_keeps_its_own() {
    let (text, id) = with_ids("{\"async_id\":\"mine\",\"m\":{\"trigger_async_id\":2}}\n");
    assert_eq!(text, "{\"async_id\":\"mine\",\"m\":{\"trigger_async_id\":2},\"trigger_async_id\":1}\n");
    assert_ne!(id.as_u64(), 1);
    let both = "{\"async_id\":7,\"trigger_async_id\":3}\n";
    assert_eq!(with_ids(both).0, both);
    let format = with_async_ids(Verbatim("{\"user\":\"bob\"}\n")).with_field("user", || Some("alice"));
    let (text, id) = written(|log| fmt().event_format(format).with_writer(log).finish(), || info!("replaced"));
    assert_eq!(text, format!("{{\"user\":\"bob\",\"async_id\":{id},\"trigger_async_id\":1}}\n"));
}

#[test]
fn a_field_of_the_event_that_is_named_async_id_is_not_doubled() {
    let format = |format: fmt::format::Format<fmt::format::Json, ()>| with_async_ids(format.flatten_event(true));
    let (text, _) = written(
        |log| fmt().json().without_time().map_event_format(format).with_writer(log).finish(),
        || info!(async_id = 5, "taken"),
    );
    assert_eq!(text.matches("\"async_id\"").count(), 1, "{text}");
    assert_eq!(serde_json::from_str::<Value>(&text).unwrap()["async_id"], 5);
}

#[test]
fn a_field_with_the_name_of_a_member_that_is_there_is_left_out() {
    let format =
        |format| with_async_ids(format).with_field("target", || Some("mine")).with_field("user", || Some("bob"));
    let (text, id) = written(
        |log| fmt().json().without_time().map_event_format(format).with_writer(log).finish(),
        || info!(target: "shop", user = "alice", "sold"),
    );
    let json: Value = serde_json::from_str(&text).unwrap();
    assert_eq!((text.matches("\"target\"").count(), &json["target"]), (1, &json!("shop")), "{text}");
    assert_eq!(
        (&json["user"], &json["fields"]["user"], &json["async_id"]),
        (&json!("bob"), &json!("alice"), &json!(id.as_u64()))
    );
}

#[test]
fn a_line_that_begins_like_json_and_is_not_understood_stays_as_it_is() {
    for line in [
        "[{\"m\":1}]\n",
        "[\"a\",1]\n",
        "[]\n",
        "[[1],2]\r\n",
        " [ {\"m\":1} ]\n",
        "{\"m\":1}\n{\"m\":2}\n",
        "{\"m\":1}{\"m\":2}\n",
        "{\"m\":1} and more\n",
        "{\"m\":1} and {more}\n",
        "{request} ready\n",
        "{\"m\":\n",
        "{",
    ] {
        assert_eq!(with_ids(line).0, line);
    }
}

#[test]
fn a_line_that_begins_with_a_date_or_a_level_in_brackets_is_text() {
    for line in ["[2026-11-28 INFO] ready", "[INFO] {\"m\":1}", "[1, 2] ready", " INFO {\"m\":1}", "x"] {
        let (text, id) = with_ids(String::leak(format!("{line}\n")));
        assert_eq!(text, format!("{line} async_id={id} trigger_async_id=1\n"));
    }
}

#[test]
fn line_breaks_of_other_systems_stay_at_the_end() {
    let (text, id) = with_ids("ready\r\n");
    assert_eq!(text, format!("ready async_id={id} trigger_async_id=1\r\n"));
}

#[test]
fn very_long_lines_of_each_kind_are_handled() {
    let long = "x".repeat(32 << 20);
    let (text, id) = with_ids(String::leak(format!("{{ \"m\": \"{long}\" }}\n")));
    assert!(text.ends_with(&format!("x\",\"async_id\":{id},\"trigger_async_id\":1 }}\n")));
    let (text, id) = with_ids(String::leak(format!("{long}\n")));
    assert!(text.ends_with(&format!("x async_id={id} trigger_async_id=1\n")));
    let nested: &str = String::leak(format!("{{\"m\":{}\n", "[".repeat(1 << 20)));
    assert!(with_ids(nested).0 == *nested);
}
