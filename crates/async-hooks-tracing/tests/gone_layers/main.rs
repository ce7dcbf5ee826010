//! A layer that is removed while its span is entered is not notified when the span is left.
//!
//! What it has entered ends at the latest when the span closes, or when the thread next enters a span; hooks then
//! receive the missing `after`.

#![allow(clippy::unwrap_used, reason = "a test that meets the impossible may stop there")]

use std::panic;
use std::thread;

use async_hooks_core::{AsyncId, AsyncLocal, AsyncResource, execution_async_id, execution_async_resource};
use async_hooks_tracing::{HooksLayer, SpanExt as _, layer};
use tracing::dispatcher::{self, Dispatch};
use tracing::{Span, info_span};
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::prelude::*;
use tracing_subscriber::{Layer, Registry, reload};

use recorder::Recorder;

#[allow(dead_code, reason = "each test file uses its part")]
#[path = "../recorder/mod.rs"]
mod recorder;

mod elsewhere;

static USER: AsyncLocal<&str> = AsyncLocal::new();

fn user() -> Option<&'static str> {
    USER.with(|user| user.copied())
}

type Standing = (AsyncId, &'static str, Option<&'static str>);

const CLEAN: Standing = (AsyncId::ROOT, "root", None);

fn standing() -> Standing {
    (execution_async_id(), execution_async_resource().kind(), user())
}

/// A subscriber whose layer can be taken away and given back.
struct Subscriber {
    dispatch: Dispatch,
    set: Box<dyn Fn(bool) + Send + Sync>,
}

impl Subscriber {
    /// With an `Option` of the layer.
    fn optional() -> Self {
        let (reloadable, handle) = reload::Layer::new(Some(layer::<Registry>()));
        let set = move |there: bool| handle.reload(there.then(layer)).unwrap();
        Subscriber::new(reloadable, set)
    }

    /// With a list of layers, in which it is or is not.
    fn listed() -> Self {
        type Boxed = Box<dyn Layer<Registry> + Send + Sync>;
        let list = |there: bool| -> Vec<Boxed> { if there { vec![layer().boxed()] } else { Vec::new() } };
        let (reloadable, handle) = reload::Layer::new(list(true));
        Subscriber::new(reloadable, move |there| handle.reload(list(there)).unwrap())
    }

    fn new<L>(reloadable: L, set: impl Fn(bool) + Send + Sync + 'static) -> Self
    where
        L: Layer<Registry> + Send + Sync,
    {
        // No layer would mean that nobody wants spans, if nobody said so.
        let subscriber = tracing_subscriber::registry().with(reloadable).with(LevelFilter::TRACE);
        Subscriber { dispatch: Dispatch::new(subscriber), set: Box::new(set) }
    }

    fn span_of(&self, user: &'static str) -> Span {
        dispatcher::with_default(&self.dispatch, || USER.run(user, || info_span!("request")))
    }

    fn take_layer_away(&self) {
        self.set(false);
    }

    fn give_layer_back(&self) {
        self.set(true);
    }

    /// Makes it the default of this thread.
    ///
    /// While there is no other subscriber, `tracing` asks this one which spans are wanted.
    fn set(&self, there: bool) {
        dispatcher::with_default(&self.dispatch, || (self.set)(there));
    }
}

/// Runs the check with each kind of subscriber, on a thread of its own.
fn with_each(check: impl Fn(Subscriber) + Sync) {
    for make in [Subscriber::optional, Subscriber::listed] {
        let outcome = thread::scope(|scope| scope.spawn(|| check(make())).join());
        outcome.unwrap_or_else(|payload| panic::resume_unwind(payload));
    }
}

const PAIRED: [(&str, usize); 3] = [("init", 0), ("before", 0), ("after", 0)];

#[test]
fn what_a_gone_layer_had_entered_ends_when_its_span_closes() {
    let recorder = Recorder::enabled();
    with_each(|subscriber| {
        let span = subscriber.span_of("alice");
        let id = span.async_id().unwrap();
        let entered = span.enter();
        assert_eq!(standing(), (id, "request", Some("alice")));
        subscriber.take_layer_away();
        drop(entered);
        drop(span);
        assert_eq!(standing(), CLEAN);
        assert_eq!(recorder.events_of(&[id]), [&PAIRED[..], &[("destroy", 0)]].concat());
    });
}

#[test]
fn what_a_gone_layer_had_entered_ends_when_the_thread_next_enters_a_span() {
    let recorder = Recorder::enabled();
    with_each(|subscriber| {
        let span = subscriber.span_of("alice");
        let id = span.async_id().unwrap();
        let entered = span.enter();
        subscriber.take_layer_away();
        drop(entered);
        subscriber.give_layer_back();
        let next = subscriber.span_of("bob");
        next.in_scope(|| assert_eq!(standing(), (next.async_id().unwrap(), "request", Some("bob"))));
        assert_eq!(standing(), CLEAN);
        assert_eq!(recorder.events_of(&[id]), PAIRED);
    });
}

#[test]
fn what_a_gone_layer_had_entered_ends_when_the_thread_enters_a_span_of_another_subscriber() {
    let recorder = Recorder::enabled();
    with_each(|subscriber| {
        let (span, other) = (subscriber.span_of("alice"), Subscriber::optional());
        let id = span.async_id().unwrap();
        let entered = span.enter();
        subscriber.take_layer_away();
        drop(entered);
        let next = other.span_of("bob");
        next.in_scope(|| assert_eq!(standing(), (next.async_id().unwrap(), "request", Some("bob"))));
        assert_eq!(standing(), CLEAN);
        assert_eq!(recorder.events_of(&[id]), PAIRED);
    });
}

#[test]
fn a_span_that_is_still_entered_when_its_layer_goes_ends_with_the_next_one_and_is_left_once() {
    let recorder = Recorder::enabled();
    with_each(|subscriber| {
        let span = subscriber.span_of("alice");
        let id = span.async_id().unwrap();
        let entered = span.enter();
        subscriber.take_layer_away();
        subscriber.give_layer_back();
        let next = subscriber.span_of("bob");
        next.in_scope(|| {
            assert_eq!(execution_async_id(), next.async_id().unwrap());
            drop(entered);
            assert_eq!(execution_async_id(), next.async_id().unwrap());
        });
        assert_eq!(standing(), CLEAN);
        assert_eq!(recorder.events_of(&[id]), PAIRED);
    });
}

#[test]
fn a_span_entered_under_a_layer_and_left_under_the_next_one_takes_its_values_away() {
    let recorder = Recorder::enabled();
    with_each(|subscriber| {
        let span = subscriber.span_of("alice");
        let id = span.async_id().unwrap();
        let entered = span.enter();
        subscriber.take_layer_away();
        subscriber.give_layer_back();
        drop(entered);
        assert_eq!(standing(), CLEAN);
        assert_eq!(recorder.events_of(&[id]), PAIRED);
    });
}

#[test]
fn spans_entered_one_in_the_other_end_together_when_their_layer_is_gone() {
    let recorder = Recorder::enabled();
    with_each(|subscriber| {
        let (outer, inner) = (subscriber.span_of("alice"), subscriber.span_of("bob"));
        let ids = [outer.async_id().unwrap(), inner.async_id().unwrap()];
        let both = (outer.enter(), inner.enter());
        subscriber.take_layer_away();
        drop(both);
        subscriber.give_layer_back();
        subscriber.span_of("carol").in_scope(|| assert_eq!(user(), Some("carol")));
        assert_eq!(standing(), CLEAN);
        let afters = recorder.events_of(&ids).into_iter().filter(|(event, _)| *event == "after");
        let mut afters: Vec<_> = afters.map(|(_, position)| position).collect();
        afters.sort_unstable();
        assert_eq!(afters, [0, 1]);
    });
}

#[test]
fn what_a_gone_layer_had_entered_ends_with_the_scope_in_which_it_was_entered() {
    with_each(|subscriber| {
        let span = subscriber.span_of("alice");
        let job = AsyncResource::new("job");
        job.run_in_async_scope(|| {
            let entered = span.enter();
            assert_eq!(user(), Some("alice"));
            subscriber.take_layer_away();
            drop(entered);
        });
        assert_eq!(standing(), CLEAN);
        subscriber.give_layer_back();
        subscriber.span_of("bob").in_scope(|| assert_eq!(user(), Some("bob")));
        drop(span);
        assert_eq!(standing(), CLEAN);
    });
}

#[test]
fn a_layer_that_goes_takes_nothing_away_from_what_others_have_entered() {
    with_each(|subscriber| {
        let gone = Subscriber::optional();
        let (kept, lost) = (subscriber.span_of("alice"), gone.span_of("bob"));
        let id = kept.async_id().unwrap();
        kept.in_scope(|| {
            lost.in_scope(|| gone.take_layer_away());
            drop(lost);
            assert_eq!(standing(), (id, "request", Some("alice")));
            subscriber.span_of("carol").in_scope(|| assert_eq!(user(), Some("carol")));
            assert_eq!(standing(), (id, "request", Some("alice")));
        });
        assert_eq!(standing(), CLEAN);
    });
}

#[test]
fn a_layer_that_is_made_and_dropped_disturbs_no_thread() {
    with_each(|subscriber| {
        let span = subscriber.span_of("alice");
        span.in_scope(|| {
            drop((0..100).map(|_| layer::<Registry>()).collect::<Vec<HooksLayer<_>>>());
            subscriber.span_of("bob").in_scope(|| assert_eq!(user(), Some("bob")));
            assert_eq!(user(), Some("alice"));
        });
        assert_eq!(standing(), CLEAN);
    });
}
