//! A span that another thread than the one which takes its layer away has entered.

use std::sync::mpsc;
use std::thread;

use async_hooks_tracing::SpanExt as _;
use tracing::Span;

use crate::recorder::Recorder;
use crate::{CLEAN, PAIRED, Subscriber, standing, with_each};

/// A thread that does what it is sent.
struct Worker {
    send: mpsc::Sender<Box<dyn FnOnce() + Send>>,
    done: mpsc::Receiver<()>,
}

impl Worker {
    fn start() -> Self {
        let ((send, sent), (finish, done)) = (mpsc::channel::<Box<dyn FnOnce() + Send>>(), mpsc::channel());
        thread::spawn(move || {
            for work in sent {
                work();
                finish.send(()).unwrap();
            }
        });
        Worker { send, done }
    }

    /// Fails when `work` does.
    fn does(&self, work: impl FnOnce() + Send + 'static) {
        self.send.send(Box::new(work)).unwrap();
        self.done.recv().unwrap();
    }

    /// Enters the span, and leaves it when its layer is gone.
    fn enters_before_and_leaves_after(&self, subscriber: &Subscriber, span: &Span) {
        let (entering, leaving) = (span.clone(), span.clone());
        let id = span.async_id().unwrap();
        self.does(move || {
            entering.with_subscriber(|(id, dispatch)| dispatch.enter(id));
            assert_eq!(standing(), (id, "request", Some("alice")));
        });
        subscriber.take_layer_away();
        self.does(move || {
            leaving.with_subscriber(|(id, dispatch)| dispatch.exit(id));
        });
    }

    fn is_clean_in_and_after(&self, span: &Span, user: &'static str) {
        let span = span.clone();
        self.does(move || {
            let inside = (span.async_id().unwrap(), "request", Some(user));
            span.in_scope(|| assert_eq!(standing(), inside));
            assert_eq!(standing(), CLEAN);
        });
    }
}

#[test]
fn what_a_gone_layer_had_entered_on_another_thread_ends_when_that_thread_closes_the_span() {
    let recorder = Recorder::enabled();
    with_each(|subscriber| {
        let (worker, span) = (Worker::start(), subscriber.span_of("alice"));
        let id = span.async_id().unwrap();
        worker.enters_before_and_leaves_after(&subscriber, &span);
        worker.does(move || {
            drop(span);
            assert_eq!(standing(), CLEAN);
        });
        assert_eq!(recorder.events_of(&[id]), [&PAIRED[..], &[("destroy", 0)]].concat());
    });
}

#[test]
fn what_a_gone_layer_had_entered_on_another_thread_ends_when_that_thread_next_enters_a_span() {
    let recorder = Recorder::enabled();
    with_each(|subscriber| {
        let (worker, span) = (Worker::start(), subscriber.span_of("alice"));
        let id = span.async_id().unwrap();
        worker.enters_before_and_leaves_after(&subscriber, &span);
        subscriber.give_layer_back();
        worker.is_clean_in_and_after(&subscriber.span_of("bob"), "bob");
        assert_eq!(recorder.events_of(&[id]), PAIRED);
        drop(span);
        assert_eq!(recorder.events_of(&[id]), [&PAIRED[..], &[("destroy", 0)]].concat());
    });
}

#[test]
fn what_a_gone_layer_had_entered_on_another_thread_ends_there_though_the_span_was_closed_elsewhere() {
    with_each(|subscriber| {
        let (worker, span) = (Worker::start(), subscriber.span_of("alice"));
        worker.enters_before_and_leaves_after(&subscriber, &span);
        drop(span);
        assert_eq!(standing(), CLEAN);
        subscriber.give_layer_back();
        worker.is_clean_in_and_after(&subscriber.span_of("bob"), "bob");
    });
}
