//! A line that is about a span has that span's ids, whatever executes.

use async_hooks_core::{AsyncId, AsyncResource, execution_async_id};
use async_hooks_tracing::{SpanExt as _, layer, with_async_ids};
use tracing::{Span, info, info_span};
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::fmt;
use tracing_subscriber::fmt::format::FmtSpan;
use tracing_subscriber::prelude::*;

use crate::log::Log;

/// The layer that writes lines, one for each event in the life of a span.
macro_rules! lines {
    ($log:expr) => {
        fmt::layer()
            .with_ansi(false)
            .with_span_events(FmtSpan::FULL)
            .event_format(with_async_ids(fmt::format().without_time().with_target(false)))
            .with_writer($log)
    };
}

/// The same with each order of the two layers.
fn in_each_order(test: impl Fn(&Log)) {
    let log = Log::default();
    let inside = tracing_subscriber::registry().with(layer()).with(lines!(log.clone()));
    tracing::subscriber::with_default(inside, || test(&log));
    let log = Log::default();
    let outside = tracing_subscriber::registry().with(lines!(log.clone())).with(layer());
    tracing::subscriber::with_default(outside, || test(&log));
}

fn suffix(id: AsyncId, trigger: AsyncId) -> String {
    format!(" async_id={id} trigger_async_id={trigger}")
}

fn id(span: &Span) -> AsyncId {
    span.async_id().unwrap()
}

#[test]
fn lines_about_the_life_of_a_span_have_its_ids() {
    in_each_order(|log| {
        let job = AsyncResource::new("job");
        let span = job.run_in_async_scope(|| info_span!("request"));
        let (id, trigger) = (id(&span), job.async_id());
        span.in_scope(|| ());
        AsyncResource::new("another").run_in_async_scope(|| drop(span));
        let lines = log.lines();
        assert_eq!(lines.len(), 4, "new, enter, exit, close: {lines:?}");
        assert!(lines.iter().all(|line| line.ends_with(&suffix(id, trigger))), "{}: {lines:#?}", suffix(id, trigger));
    });
}

#[test]
fn a_new_line_has_the_trigger_of_a_span_with_an_explicit_parent_and_of_one_inside_another() {
    in_each_order(|log| {
        let connection = info_span!("connection");
        let request = info_span!(parent: &connection, "request");
        let nested = request.in_scope(|| info_span!("nested"));
        let root = request.in_scope(|| info_span!(parent: None, "root"));
        let expected =
            [suffix(id(&request), id(&connection)), suffix(id(&nested), id(&request)), suffix(id(&root), id(&request))];
        let lines = log.lines();
        let new = |name: &str| lines.iter().find(|line| line.contains(&format!("{name}: new"))).unwrap();
        for (name, expected) in ["request", "nested", "root"].into_iter().zip(expected) {
            assert!(new(name).ends_with(&expected), "{name} {expected}: {lines:#?}");
        }
    });
}

#[test]
fn what_the_layer_above_creates_next_has_an_id_of_its_own() {
    in_each_order(|_| {
        let mut ids = Vec::new();
        for _ in 0..1000 {
            ids.push(id(&info_span!("request")));
            ids.push(AsyncResource::new("job").async_id());
        }
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), 2000);
    });
}

#[test]
fn an_event_with_an_explicit_parent_has_the_ids_of_that_span() {
    in_each_order(|log| {
        let (request, other) = (info_span!("request"), info_span!("other"));
        other.in_scope(|| info!(parent: &request, "about it"));
        std::thread::scope(|scope| {
            let dispatch = tracing::dispatcher::get_default(Clone::clone);
            let about = || info!(parent: &request, "from another thread");
            scope.spawn(move || tracing::dispatcher::with_default(&dispatch, about)).join().unwrap();
        });
        other.in_scope(|| info!(parent: None, "about nothing"));
        let lines = log.lines();
        let line = |text: &str| lines.iter().find(|line| line.contains(text)).unwrap();
        for text in ["about it", "from another thread"] {
            assert!(line(text).ends_with(&suffix(id(&request), AsyncId::ROOT)), "{lines:#?}");
        }
        assert!(line("about nothing").ends_with(&suffix(id(&other), AsyncId::ROOT)), "{lines:#?}");
    });
}

#[test]
fn a_line_about_a_span_that_is_no_resource_has_the_ids_of_the_nearest_that_is_one() {
    let log = Log::default();
    let hooks = layer().with_filter(filter_fn(|metadata| metadata.name() != "kept out"));
    tracing::subscriber::with_default(tracing_subscriber::registry().with(hooks).with(lines!(log.clone())), || {
        let request = info_span!("request");
        let hidden = info_span!(parent: &request, "kept out");
        let alone = info_span!("kept out");
        info!(parent: &hidden, "inside");
        info!(parent: &alone, "alone");
        let lines = log.lines();
        let line = |text: &str| lines.iter().find(|line| line.contains(text)).unwrap();
        assert!(line("inside").ends_with(&suffix(id(&request), AsyncId::ROOT)), "{lines:#?}");
        assert!(line("alone").ends_with(" async_id=1 trigger_async_id=0"), "{lines:#?}");
    });
}

#[test]
fn json_lines_about_a_span_have_its_ids() {
    let log = Log::default();
    let json = fmt::layer().json().with_span_events(FmtSpan::NEW | FmtSpan::CLOSE).map_event_format(with_async_ids);
    let subscriber = tracing_subscriber::registry().with(json.with_writer(log.clone())).with(layer());
    let span = tracing::subscriber::with_default(subscriber, || {
        let span = info_span!("request");
        id(&span)
    });
    assert_eq!(log.lines().len(), 2);
    for line in log.lines() {
        let line: serde_json::Value = serde_json::from_str(&line).unwrap();
        assert_eq!((&line["async_id"], &line["trigger_async_id"]), (&span.as_u64().into(), &1.into()), "{line}");
    }
}

#[test]
fn without_the_layer_a_line_about_a_span_has_the_ids_of_what_executes() {
    let log = Log::default();
    let job = AsyncResource::new("job");
    tracing::subscriber::with_default(tracing_subscriber::registry().with(lines!(log.clone())), || {
        job.run_in_async_scope(|| drop(info_span!("request")));
    });
    assert_eq!(execution_async_id(), AsyncId::ROOT);
    // Other tests have the layer in other subscribers, so a new line may name an id that nobody has.
    let last = log.lines().pop().unwrap();
    assert!(last.ends_with(&suffix(job.async_id(), AsyncId::ROOT)), "{last}");
}
