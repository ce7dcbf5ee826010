use async_hooks_core::{AsyncId, AsyncResource, execution_async_id};
use async_hooks_tracing::{SpanExt as _, layer};
use tracing::{debug_span, info_span};
use tracing_subscriber::filter::{LevelFilter, filter_fn};
use tracing_subscriber::fmt;
use tracing_subscriber::prelude::*;

#[test]
fn a_filter_of_the_layer_decides_which_spans_are_resources() {
    let resources = layer().with_filter(LevelFilter::INFO);
    let everything = fmt::layer().with_writer(std::io::sink);
    let subscriber = tracing_subscriber::registry().with(resources).with(everything);
    tracing::subscriber::with_default(subscriber, || {
        let (shown, hidden) = (info_span!("shown"), debug_span!("hidden"));
        assert!(shown.async_id().is_some());
        assert!(!hidden.is_disabled());
        assert_eq!((hidden.async_id(), hidden.trigger_async_id()), (None, None));
        hidden.in_scope(|| assert_eq!(execution_async_id(), AsyncId::ROOT));
        shown.in_scope(|| hidden.in_scope(|| assert_eq!(Some(execution_async_id()), shown.async_id())));
    });
}

/// A subscriber whose layer does not see spans named `kept out`, which exist for another one.
fn with_hidden_spans(f: impl FnOnce()) {
    let resources = layer().with_filter(filter_fn(|metadata| metadata.name() != "kept out"));
    let everything = fmt::layer().with_writer(std::io::sink);
    tracing::subscriber::with_default(tracing_subscriber::registry().with(resources).with(everything), f);
}

#[test]
fn trigger_below_a_filtered_explicit_parent_is_its_nearest_ancestor_that_is_a_resource() {
    with_hidden_spans(|| {
        let (connection, other) = (info_span!("connection"), info_span!("other"));
        let hidden = info_span!(parent: &connection, "kept out");
        let deeper = info_span!(parent: &hidden, "kept out");
        let child = other.in_scope(|| info_span!(parent: &deeper, "child"));
        assert_eq!(child.trigger_async_id(), connection.async_id());
        let elsewhere = || tracing::dispatcher::get_default(Clone::clone);
        let (dispatch, parent) = (elsewhere(), deeper.clone());
        let make = move || tracing::dispatcher::with_default(&dispatch, || info_span!(parent: &parent, "child"));
        let child = std::thread::spawn(make).join().unwrap();
        assert_eq!(child.trigger_async_id(), connection.async_id());
    });
}

#[test]
fn trigger_below_a_filtered_explicit_parent_without_such_an_ancestor_is_what_executes() {
    with_hidden_spans(|| {
        let (hidden, outer) = (info_span!("kept out"), info_span!("outer"));
        let child = outer.in_scope(|| info_span!(parent: &hidden, "child"));
        assert_eq!(child.trigger_async_id(), outer.async_id());
    });
}

#[test]
fn trigger_below_a_filtered_contextual_span_in_the_root_is_the_nearest_ancestor_that_is_a_resource() {
    with_hidden_spans(|| {
        let connection = info_span!("connection");
        let hidden = info_span!(parent: &connection, "kept out");
        let child = hidden.in_scope(|| info_span!("child"));
        assert_eq!(child.trigger_async_id(), connection.async_id());
        let alone = info_span!(parent: None, "kept out").in_scope(|| info_span!("child"));
        assert_eq!(alone.trigger_async_id(), Some(AsyncId::ROOT));
        let root = hidden.in_scope(|| info_span!(parent: None, "root"));
        assert_eq!(root.trigger_async_id(), Some(AsyncId::ROOT));
    });
}

#[test]
fn trigger_below_a_filtered_contextual_span_in_a_resource_is_that() {
    with_hidden_spans(|| {
        let (connection, job) = (info_span!("connection"), AsyncResource::new("job"));
        let hidden = info_span!(parent: &connection, "kept out");
        let child = job.run_in_async_scope(|| hidden.in_scope(|| info_span!("child")));
        assert_eq!(child.trigger_async_id(), Some(job.async_id()));
    });
}

#[test]
fn a_filter_of_another_layer_takes_no_resource_away() {
    let warnings_only = fmt::layer().with_writer(std::io::sink).with_filter(LevelFilter::WARN);
    tracing::subscriber::with_default(tracing_subscriber::registry().with(warnings_only).with(layer()), || {
        let span = debug_span!("request");
        span.in_scope(|| assert_eq!(Some(execution_async_id()), span.async_id()));
    });
}
