use async_hooks_core::{AsyncId, execution_async_id};
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

#[test]
fn trigger_below_a_filtered_explicit_parent_is_what_executes() {
    let resources = layer().with_filter(filter_fn(|metadata| metadata.name() != "kept out"));
    let everything = fmt::layer().with_writer(std::io::sink);
    tracing::subscriber::with_default(tracing_subscriber::registry().with(resources).with(everything), || {
        let (hidden, outer) = (info_span!("kept out"), info_span!("outer"));
        let child = outer.in_scope(|| info_span!(parent: &hidden, "child"));
        assert_eq!(child.trigger_async_id(), outer.async_id());
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
