//! What does the poll of a tracked future cost?

use std::future::{pending, poll_fn, ready};
use std::hint::black_box;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use async_hooks::{FutureExt as _, StreamExt as _};
use async_hooks_benches::{
    Bar, Case, Polled, Question, Sample, make_and_poll_once, with_a_silent_hook, with_a_wake_hook, with_counting_hooks,
};
use futures_core::Stream;
use tracing::Instrument as _;

const BARE: &str = "bare";
const BARE_STREAM: &str = "bare stream";
const ONE_HOOK: &str = "tracked, one hook";
const INSTRUMENTED: &str = "Instrumented over Registry";
const SPAN_LIFE: &str = "span over Registry: new, enter, close";

pub(crate) fn question() -> Question {
    Question::new("What does the poll of a tracked future cost?")
        .group("a poll")
        .case(Case::floor(BARE, |sample| poll(sample, pending())))
        .case(Case::peer(INSTRUMENTED, instrumented))
        .case(tracked("tracked, off", 0).bar(Bar::InstructionsOver(BARE, 70)).bar(Bar::TimeOf(INSTRUMENTED, 1.0)))
        .case(tracked(ONE_HOOK, 1).bar(Bar::InstructionsOver(BARE, 215)))
        .case(Case::new("tracked, one hook that does nothing", |sample| {
            with_a_silent_hook(|| poll(sample, pending().in_async_resource("bench")));
        }))
        .case(tracked("tracked, 2 hooks", 2).bar(Bar::InstructionsOver(ONE_HOOK, 40)))
        .case(tracked("tracked, 4 hooks", 4).bar(Bar::InstructionsOver(ONE_HOOK, 3 * 40)))
        .case(tracked("tracked, 8 hooks", 8).bar(Bar::InstructionsOver(ONE_HOOK, 7 * 40)))
        .case(Case::new("tracked, a hook on wakes, waker not kept", |sample| watched(sample, pending())))
        .case(Case::new("tracked, a hook on wakes, waker kept", |sample| watched(sample, keeping_its_waker())))
        .case(Case::new("the same, woken at each poll", |sample| watched(sample, waking_itself())))
        .group("a poll of a stream")
        .case(Case::floor(BARE_STREAM, |sample| poll_next(sample, Pending)))
        .case(tracked_stream("tracked stream, off", 0).bar(Bar::InstructionsOver(BARE_STREAM, 70)))
        .case(tracked_stream("tracked stream, one hook", 1).bar(Bar::InstructionsOver(BARE_STREAM, 215)))
        .group("a life: made, polled once, dropped")
        .case(Case::floor("bare, made and polled once", |sample| sample.time(|| make_and_poll_once(|| ready(())))))
        .case(Case::peer(SPAN_LIFE, span_life))
        .case(
            Case::new("made and polled once, off", life)
                .bar(Bar::InstructionsOf(SPAN_LIFE, 0.5))
                .bar(Bar::TimeOf(SPAN_LIFE, 0.5)),
        )
        .case(Case::new("made and polled once, one hook", |sample| with_counting_hooks(1, || life(sample))))
        .case(Case::new("made and polled once, one hook that does nothing", |sample| {
            with_a_silent_hook(|| life(sample));
        }))
}

fn poll(sample: &mut Sample, future: impl Future<Output = ()> + 'static) {
    let mut polled = Polled::new(future);
    sample.time(|| polled.poll());
}

fn tracked(name: &'static str, hooks: usize) -> Case {
    Case::new(name, move |sample| {
        with_counting_hooks(hooks, || poll(sample, pending().in_async_resource("bench")));
    })
}

/// Never has an item.
struct Pending;

impl Stream for Pending {
    type Item = ();

    fn poll_next(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<()>> {
        Poll::Pending
    }
}

/// Polled through a pointer, as an executor polls a future.
fn poll_next(sample: &mut Sample, stream: impl Stream<Item = ()> + 'static) {
    let mut stream: Pin<Box<dyn Stream<Item = ()>>> = Box::pin(stream);
    sample.time(|| {
        black_box(&black_box(stream.as_mut()).poll_next(&mut Context::from_waker(Waker::noop())));
    });
}

fn tracked_stream(name: &'static str, hooks: usize) -> Case {
    Case::new(name, move |sample| {
        with_counting_hooks(hooks, || poll_next(sample, Pending.in_async_resource("bench")));
    })
}

fn watched(sample: &mut Sample, future: impl Future<Output = ()> + 'static) {
    with_a_wake_hook(|| poll(sample, future.in_async_resource("bench")));
}

/// Polls as a channel or a timer is polled: a changed waker is registered again.
fn keeping_its_waker() -> impl Future<Output = ()> {
    let mut kept: Option<Waker> = None;
    poll_fn(move |cx| {
        if !kept.as_ref().is_some_and(|kept| kept.will_wake(cx.waker())) {
            kept = Some(cx.waker().clone());
        }
        Poll::Pending
    })
}

fn waking_itself() -> impl Future<Output = ()> {
    poll_fn(|cx| {
        cx.waker().wake_by_ref();
        Poll::Pending
    })
}

fn instrumented(sample: &mut Sample) {
    tracing::subscriber::with_default(tracing_subscriber::registry(), || {
        poll(sample, pending().instrument(tracing::info_span!("bench")));
    });
}

fn life(sample: &mut Sample) {
    sample.time(|| make_and_poll_once(|| ready(()).in_async_resource("bench")));
}

fn span_life(sample: &mut Sample) {
    tracing::subscriber::with_default(tracing_subscriber::registry(), || {
        sample.time(|| drop(tracing::info_span!("bench").entered()));
    });
}
