//! What a thread remembers of the spans it has entered, and when that is no longer valid.
//!
//! One test at a time: a span that another one closes may make a thread forget what it is to have known here.

#![allow(clippy::unwrap_used, reason = "a test that meets the impossible may stop there")]

use std::cell::RefCell;
use std::sync::{Arc, Barrier, Mutex, MutexGuard, PoisonError, Weak, mpsc};
use std::thread;

use async_hooks_core::{AsyncId, AsyncLocal, AsyncResource, execution_async_id};
use async_hooks_tracing::{HooksLayer, SpanExt as _, layer};
use tracing::{Dispatch, Span, dispatcher, info_span};
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::prelude::*;
use tracing_subscriber::{Registry, reload};

static USER: AsyncLocal<String> = AsyncLocal::new();

fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Runs `f` with our layer alone, and checks that nothing stays on the thread.
fn with_layer(f: impl FnOnce()) {
    let _alone = alone();
    tracing::subscriber::with_default(tracing_subscriber::registry().with(layer()), f);
    assert_eq!(execution_async_id(), AsyncId::ROOT);
}

fn user() -> Option<String> {
    USER.with(|user| user.cloned())
}

#[track_caller]
fn assert_enters_itself(span: &Span) {
    span.in_scope(|| assert_eq!(Some(execution_async_id()), span.async_id()));
    assert_eq!(execution_async_id(), AsyncId::ROOT);
}

/// Ids come back after some thousand spans: the registry counts uses in a few bits.
fn until_the_id_comes_back(id: &tracing::Id) -> Span {
    let mut spans = (0..1 << 16).map(|_| info_span!("another"));
    spans.find(|span| span.id().as_ref() == Some(id)).unwrap()
}

/// A thread that runs the closures it is given, so that its cache outlives one visit.
struct Visitor {
    tell: mpsc::Sender<Box<dyn FnOnce() + Send>>,
    done: mpsc::Receiver<()>,
}

impl Visitor {
    fn new() -> Self {
        let ((tell, told), (finish, done)) = (mpsc::channel::<Box<dyn FnOnce() + Send>>(), mpsc::channel());
        thread::spawn(move || {
            for task in told {
                task();
                finish.send(()).unwrap();
            }
        });
        Visitor { tell, done }
    }

    /// Fails when `task` does.
    fn does(&self, task: impl FnOnce() + Send + 'static) {
        self.tell.send(Box::new(task)).unwrap();
        self.done.recv().unwrap();
    }

    fn enters(&self, span: &Span) {
        let span = span.clone();
        self.does(move || assert_enters_itself(&span));
    }
}

#[test]
fn a_span_with_the_id_of_one_that_was_closed_is_itself_on_every_thread() {
    with_layer(|| {
        let (here, visitor) = (info_span!("first"), Visitor::new());
        assert_enters_itself(&here);
        visitor.enters(&here);
        let (id, first) = (here.id().unwrap(), here.async_id());
        drop(here);
        let second = until_the_id_comes_back(&id);
        assert_ne!(second.async_id(), first);
        visitor.enters(&second);
        assert_enters_itself(&second);
    });
}

#[test]
fn a_span_closed_by_a_thread_that_never_entered_it_is_forgotten_by_those_that_did() {
    with_layer(|| {
        // A slot that another thread gives back is used again when there is no other.
        let _fill_the_page: Vec<Span> = (0..31).map(|_| info_span!("in the way")).collect();
        let (span, [one, other]) = (info_span!("first"), [Visitor::new(), Visitor::new()]);
        one.enters(&span);
        let id = span.id().unwrap();
        other.does(move || drop(span));
        let second = until_the_id_comes_back(&id);
        one.enters(&second);
        other.enters(&second);
    });
}

#[test]
fn a_span_closed_while_the_layer_was_away_is_forgotten() {
    let _alone = alone();
    let (reloadable, handle) = reload::Layer::new(Some(layer()));
    // No layer would mean that nobody wants spans, if nobody said so.
    let subscriber = tracing_subscriber::registry().with(reloadable).with(LevelFilter::TRACE);
    tracing::subscriber::with_default(subscriber, || {
        let (span, visitor) = (info_span!("first"), Visitor::new());
        visitor.enters(&span);
        let id = span.id().unwrap();
        let mut away = None;
        handle.modify(|layer| away = layer.take()).unwrap();
        drop(span);
        let second = until_the_id_comes_back(&id);
        handle.modify(|layer| *layer = away.take()).unwrap();
        // It was made while nobody looked, and is no resource.
        assert_eq!(second.async_id(), None);
        visitor.does(move || second.in_scope(|| assert_eq!(execution_async_id(), AsyncId::ROOT)));
    });
}

/// Both give out the same ids for their spans.
#[test]
fn a_layer_that_moves_to_another_subscriber_takes_nothing_along() {
    let _alone = alone();
    let (reloadable, handle) = reload::Layer::new(Some(layer()));
    let first = Dispatch::new(tracing_subscriber::registry().with(reloadable));
    let visitor = Visitor::new();
    let mine = dispatcher::with_default(&first, || info_span!("mine"));
    visitor.enters(&mine);
    let mut moved: Option<HooksLayer<Registry>> = None;
    handle.modify(|layer| moved = layer.take()).unwrap();
    let second = Dispatch::new(tracing_subscriber::registry().with(moved));
    let theirs = dispatcher::with_default(&second, || info_span!("theirs"));
    assert_eq!(mine.id(), theirs.id());
    assert_ne!(mine.async_id(), theirs.async_id());
    visitor.enters(&theirs);
}

#[test]
fn spans_of_two_subscribers_entered_in_turn_are_themselves() {
    let _alone = alone();
    let dispatches = [(); 2].map(|()| Dispatch::new(tracing_subscriber::registry().with(layer())));
    let spans = dispatches.each_ref().map(|dispatch| dispatcher::with_default(dispatch, || info_span!("request")));
    assert_eq!(spans[0].id(), spans[1].id());
    for _ in 0..3 {
        spans.iter().for_each(assert_enters_itself);
    }
}

#[test]
fn any_number_of_open_spans_entered_in_turn_are_themselves() {
    with_layer(|| {
        let spans: Vec<Span> = (0..300).map(|_| info_span!("one of many")).collect();
        for _ in 0..3 {
            spans.iter().for_each(assert_enters_itself);
            for (outer, inner) in spans.iter().zip(&spans[1..]) {
                outer.in_scope(|| {
                    inner.in_scope(|| assert_eq!(Some(execution_async_id()), inner.async_id()));
                    assert_eq!(Some(execution_async_id()), outer.async_id());
                });
            }
        }
    });
}

#[test]
fn a_known_span_left_out_of_order_leaves_the_one_above_standing() {
    with_layer(|| {
        let (outer, inner) = (info_span!("outer"), info_span!("inner"));
        for _ in 0..3 {
            let outer_entered = outer.enter();
            let inner_entered = inner.enter();
            drop(outer_entered);
            assert_eq!(Some(execution_async_id()), inner.async_id());
            drop(inner_entered);
            assert_eq!(execution_async_id(), AsyncId::ROOT);
        }
    });
}

#[test]
fn a_known_span_brings_its_values_each_time_but_over_what_was_set() {
    with_layer(|| {
        let span = USER.run("alice".to_owned(), || info_span!("request"));
        let job = AsyncResource::new("job");
        for _ in 0..3 {
            assert_eq!(span.in_scope(user).as_deref(), Some("alice"));
            assert_eq!(USER.run("bob".to_owned(), || span.in_scope(user)).as_deref(), Some("bob"));
            assert_eq!(USER.exit(|| span.in_scope(user)), None);
            assert_eq!(job.run_in_async_scope(|| span.in_scope(user)).as_deref(), Some("alice"));
            span.in_scope(|| USER.enter_with("mallory".to_owned()));
            assert_eq!(user(), None);
        }
    });
}

/// A span without values, entered where there are some and where there are none.
#[test]
fn a_known_span_without_values_leaves_those_of_its_surroundings() {
    with_layer(|| {
        let span = info_span!("request");
        for _ in 0..3 {
            assert_eq!(span.in_scope(user), None);
            assert_eq!(USER.run("bob".to_owned(), || span.in_scope(user)).as_deref(), Some("bob"));
        }
        USER.enter_with("root's".to_owned());
        assert_eq!(span.in_scope(user).as_deref(), Some("root's"));
    });
}

#[test]
fn what_a_span_captured_is_dropped_when_it_closes_though_threads_know_it() {
    with_layer(|| {
        let value = Arc::new("alice".to_owned());
        let captured: Weak<String> = Arc::downgrade(&value);
        let (span, visitor) = (USER.run(value, || info_span!("request")), Visitor::new());
        visitor.enters(&span);
        assert_enters_itself(&span);
        assert!(captured.upgrade().is_some());
        drop(span);
        assert!(captured.upgrade().is_none());
        visitor.does(|| {});
    });
}

#[test]
fn threads_that_enter_spans_while_others_close_theirs_are_in_their_own() {
    with_layer(|| {
        let dispatch = dispatcher::get_default(Dispatch::clone);
        let (long_lived, start) = (info_span!("long-lived"), Barrier::new(4));
        thread::scope(|scope| {
            for number in 0..4 {
                let (dispatch, long_lived, start) = (&dispatch, &long_lived, &start);
                scope.spawn(move || {
                    start.wait();
                    for _ in 0..2_000 {
                        assert_enters_itself(long_lived);
                        if number % 2 == 0 {
                            dispatcher::with_default(dispatch, || assert_enters_itself(&info_span!("short-lived")));
                        }
                    }
                });
            }
        });
    });
}

/// Enters a span when its thread ends.
struct EntersAtTheEnd(Span);

impl Drop for EntersAtTheEnd {
    fn drop(&mut self) {
        self.0.in_scope(|| assert_eq!(execution_async_id(), AsyncId::ROOT));
    }
}

thread_local! {
    static AT_THE_END: RefCell<Option<EntersAtTheEnd>> = const { RefCell::new(None) };
}

/// A thread-local that is used first is destroyed last.
///
/// So the layer's are gone while the registry's own are still there.
#[test]
fn a_thread_at_its_end_may_enter_a_span_that_it_knows_and_stays_the_root() {
    with_layer(|| {
        let span = info_span!("request");
        let ended = thread::scope(|scope| {
            let thread = scope.spawn(|| {
                tracing::subscriber::with_default(tracing_subscriber::registry(), || {
                    info_span!("other").in_scope(|| {})
                });
                AT_THE_END.set(Some(EntersAtTheEnd(span.clone())));
                assert_enters_itself(&span);
            });
            thread.join()
        });
        assert!(ended.is_ok());
        assert_enters_itself(&span);
    });
}
