use async_hooks_tracing::{SpanExt as _, layer};
use tracing::{Span, info_span};
use tracing_subscriber::fmt;
use tracing_subscriber::prelude::*;

fn ids_of(span: &Span) -> (bool, bool) {
    (span.async_id().is_some(), span.trigger_async_id().is_some())
}

#[test]
fn a_span_without_a_subscriber_has_no_ids() {
    assert_eq!(ids_of(&Span::none()), (false, false));
    tracing::subscriber::with_default(tracing::subscriber::NoSubscriber::default(), || {
        assert_eq!(ids_of(&info_span!("disabled")), (false, false));
    });
}

#[test]
fn a_span_without_the_layer_has_no_ids() {
    tracing::subscriber::with_default(tracing_subscriber::registry(), || {
        assert_eq!(ids_of(&info_span!("request")), (false, false));
    });
}

#[test]
fn a_span_made_under_another_subscriber_is_asked_there() {
    let span =
        tracing::subscriber::with_default(tracing_subscriber::registry().with(layer()), || info_span!("request"));
    tracing::subscriber::with_default(tracing_subscriber::registry(), || assert_eq!(ids_of(&span), (true, true)));
}

#[test]
fn the_layer_may_be_added_to_a_fmt_subscriber() {
    tracing::subscriber::with_default(fmt().with_writer(std::io::sink).finish().with(layer()), || {
        assert_eq!(ids_of(&info_span!("request")), (true, true));
    });
}

#[test]
fn the_layer_may_stand_above_and_below_others_and_be_boxed() {
    let boxed = Box::new(layer()) as Box<dyn tracing_subscriber::Layer<_> + Send + Sync>;
    let subscriber = tracing_subscriber::registry().with(fmt::layer().with_writer(std::io::sink)).with(boxed);
    tracing::subscriber::with_default(subscriber, || assert_eq!(ids_of(&info_span!("request")), (true, true)));
}
