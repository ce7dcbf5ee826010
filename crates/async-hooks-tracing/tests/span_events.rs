//! The events of spans.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread;

use async_hooks_core::{AsyncId, AsyncResource};
use async_hooks_tracing::{SpanExt as _, layer};
use tracing::{Dispatch, dispatcher, info_span};
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::prelude::*;

use recorder::Recorder;

mod recorder;

fn subscriber() -> Dispatch {
    Dispatch::new(tracing_subscriber::registry().with(layer()))
}

#[test]
fn a_span_sends_init_then_pairs_then_destroy() {
    let recorder = Recorder::enabled();
    let id = dispatcher::with_default(&subscriber(), || {
        let span = info_span!("request");
        span.in_scope(|| {});
        span.in_scope(|| {});
        span.async_id().unwrap()
    });
    let heard = [("init", 0), ("before", 0), ("after", 0), ("before", 0), ("after", 0), ("destroy", 0)];
    assert_eq!(recorder.events_of(&[id]), heard);
}

#[test]
fn init_runs_in_the_scope_of_the_creator_and_pairs_inside_the_span() {
    let recorder = Recorder::enabled();
    let creator = AsyncResource::new("creator");
    let id = dispatcher::with_default(&subscriber(), || {
        let span = creator.run_in_async_scope(|| info_span!("request"));
        span.in_scope(|| {});
        span.async_id().unwrap()
    });
    let scopes = [("init", creator.async_id()), ("before", id), ("after", id), ("destroy", AsyncId::ROOT)];
    assert_eq!(recorder.scopes_of(id), scopes);
}

#[test]
fn hooks_receive_the_name_as_kind_and_the_line_of_the_macro() {
    let recorder = Recorder::enabled();
    let line = line!() + 1;
    dispatcher::with_default(&subscriber(), || drop(info_span!("the only one of this name")));
    let [resource] = recorder.resources_of_kind("the only one of this name")[..] else { panic!("heard of once") };
    assert_eq!((resource.location().file(), resource.location().line()), (file!(), line));
}

#[test]
fn a_span_left_out_of_order_sends_its_after_inside_itself() {
    let recorder = Recorder::enabled();
    let (outer, inner) = dispatcher::with_default(&subscriber(), || {
        let (outer, inner) = (info_span!("outer"), info_span!("inner"));
        let outer_entered = outer.enter();
        let inner_entered = inner.enter();
        drop(outer_entered);
        drop(inner_entered);
        (outer.async_id().unwrap(), inner.async_id().unwrap())
    });
    let pairs = [("before", 0), ("before", 1), ("after", 0), ("after", 1)];
    assert_eq!(recorder.events_of(&[outer, inner])[2..6], pairs);
    assert_eq!(recorder.scopes_of(outer)[2], ("after", outer));
    assert_eq!(recorder.scopes_of(inner)[2], ("after", inner));
}

#[test]
fn a_span_entered_twice_sends_two_pairs() {
    let recorder = Recorder::enabled();
    let id = dispatcher::with_default(&subscriber(), || {
        let span = info_span!("request");
        span.in_scope(|| span.in_scope(|| {}));
        span.async_id().unwrap()
    });
    let heard = [("init", 0), ("before", 0), ("before", 0), ("after", 0), ("after", 0), ("destroy", 0)];
    assert_eq!(recorder.events_of(&[id]), heard);
}

#[test]
fn a_span_entered_by_two_threads_sends_a_pair_for_each() {
    let recorder = Recorder::enabled();
    let span = dispatcher::with_default(&subscriber(), || info_span!("request"));
    let id = span.async_id().unwrap();
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| (0..100).for_each(|_| span.in_scope(|| {})));
        }
    });
    drop(span);
    let heard = recorder.events_of(&[id]);
    let count = |event| heard.iter().filter(|(heard, _)| *heard == event).count();
    assert_eq!((count("before"), count("after")), (200, 200));
    assert_eq!((heard[0], heard[heard.len() - 1]), (("init", 0), ("destroy", 0)));
}

#[test]
fn a_panic_inside_a_span_still_sends_after() {
    let recorder = Recorder::enabled();
    let id = dispatcher::with_default(&subscriber(), || {
        let span = info_span!("request");
        let id = span.async_id().unwrap();
        catch_unwind(AssertUnwindSafe(|| span.in_scope(|| panic!("on purpose")))).unwrap_err();
        id
    });
    assert_eq!(recorder.events_of(&[id]), [("init", 0), ("before", 0), ("after", 0), ("destroy", 0)]);
}

#[test]
fn a_parent_kept_open_by_its_child_is_destroyed_after_it() {
    let recorder = Recorder::enabled();
    let ids = dispatcher::with_default(&subscriber(), || {
        let parent = info_span!("parent");
        let child = info_span!(parent: &parent, "child");
        let ids = [parent.async_id().unwrap(), child.async_id().unwrap()];
        drop(parent);
        assert_eq!(recorder.events_of(&ids), [("init", 0), ("init", 1)]);
        drop(child);
        ids
    });
    assert_eq!(recorder.events_of(&ids)[2..], [("destroy", 1), ("destroy", 0)]);
}

#[test]
fn a_span_that_a_filter_keeps_from_the_layer_sends_nothing() {
    let recorder = Recorder::enabled();
    let only_shown = filter_fn(|metadata| metadata.name() != "kept from the layer");
    let subscriber = tracing_subscriber::registry()
        .with(layer().with_filter(only_shown))
        .with(tracing_subscriber::fmt::layer().with_writer(std::io::sink));
    tracing::subscriber::with_default(subscriber, || {
        let hidden = info_span!("kept from the layer");
        assert!(!hidden.is_disabled());
        hidden.in_scope(|| {});
    });
    assert_eq!(recorder.resources_of_kind("kept from the layer"), []);
}

#[test]
fn a_hook_enabled_while_a_span_is_entered_receives_its_end() {
    let span = dispatcher::with_default(&subscriber(), || info_span!("request"));
    let id = span.async_id().unwrap();
    let entered = span.entered();
    let recorder = Recorder::enabled();
    drop(entered);
    assert_eq!(recorder.events_of(&[id]), [("after", 0), ("destroy", 0)]);
}
