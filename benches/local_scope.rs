//! What does setting an `AsyncLocal` over a future cost: once, and for each poll?

use std::future::{pending, ready};
use std::hint::black_box;
use std::pin::Pin;
use std::task::{Context, Poll};

use async_hooks_benches::{Bar, Case, OWN, Polled, Question, Sample, make_and_poll_once, with_locals_set};

pub(crate) fn question() -> Question {
    Question::new("What does AsyncLocal::scope cost?")
        .group("a poll")
        .case(Case::floor("bare poll", |sample| poll(sample, pending)))
        .case(Case::peer("task_local poll", |sample| poll(sample, || TASK_LOCAL.scope(7, pending()))))
        .case(polls("poll, 1 set", 1).bar(Bar::Instructions(120)))
        .case(polls("poll, 100 set", 100).bar(Bar::Instructions(240)))
        .group("a life: made, polled once, dropped")
        .case(Case::floor("bare, made and polled once", |sample| live(sample, || ready(()))))
        .case(Case::peer("task_local, made and polled once", |sample| live(sample, || TASK_LOCAL.scope(7, ready(())))))
        .case(lives("made and polled once, 0 set", 0).bar(Bar::Instructions(620)))
        .case(lives("made and polled once, 1 set", 1).bar(Bar::Instructions(620)))
        .case(lives("made and polled once, 100 set", 100))
        .case(lives_with_destructor("made and polled once, 1 set, with a destructor").bar(Bar::Instructions(640)))
}

tokio::task_local! {
    static TASK_LOCAL: u64;
}

fn polls(name: &'static str, set: usize) -> Case {
    Case::new(name, move |sample| with_locals_set(set, || poll(sample, || OWN.scope(7, pending()))))
}

fn poll<F: Future<Output = ()> + 'static>(sample: &mut Sample, make: impl FnOnce() -> F) {
    let mut polled = Polled::new(make());
    sample.time(|| polled.poll());
}

fn lives(name: &'static str, set: usize) -> Case {
    Case::new(name, move |sample| with_locals_set(set, || live(sample, || OWN.scope(black_box(7), ready(())))))
}

/// The drop of such a future is inside the scope, which is entered once more for it.
fn lives_with_destructor(name: &'static str) -> Case {
    let make = || OWN.scope(black_box(7), WithDestructor(ready(())));
    Case::new(name, move |sample| with_locals_set(1, || live(sample, make)))
}

struct WithDestructor<F>(F);

impl<F: Future + Unpin> Future for WithDestructor<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        Pin::new(&mut self.0).poll(cx)
    }
}

impl<F> Drop for WithDestructor<F> {
    fn drop(&mut self) {
        black_box(());
    }
}

fn live<F: Future>(sample: &mut Sample, make: impl Fn() -> F) {
    sample.time(|| make_and_poll_once(&make));
}
