//! What does each hook of the diagnostics add to a poll, and to the life of a resource?

use std::future::{pending, ready};

use async_hooks::diagnostics::{BlockedPolls, Cancellations, ContextWatch};
use async_hooks::{AsyncLocal, AsyncResource, FutureExt as _};
use async_hooks_benches::{Bar, Case, Polled, Question, Sample, make_and_poll_once};

const POLL: &str = "poll, off";
const POLLS: &str = "64 futures polled in turn, off";
const LIFE: &str = "made and polled once, off";

static USER: AsyncLocal<u32> = AsyncLocal::new();

pub(crate) fn question() -> Question {
    Question::new("What do the hooks for blocks, cancellations and lost contexts add?")
        .group("a poll")
        .case(Case::floor(POLL, poll))
        .case(Case::new("poll, blocked polls", blocked(poll)).bar(Bar::TimeOver(POLL, 100)))
        .case(Case::new("poll, cancellations", cancelled(poll)).bar(Bar::TimeOver(POLL, 60)))
        .case(Case::new("poll, context watch", lost(poll)).bar(Bar::TimeOver(POLL, 60)))
        .group("a poll of one of many")
        .case(Case::floor(POLLS, poll_many))
        .case(Case::new("64 futures polled in turn, blocked polls", blocked(poll_many)).bar(Bar::TimeOver(POLLS, 100)))
        .case(Case::new("64 futures polled in turn, context watch", lost(poll_many)).bar(Bar::TimeOver(POLLS, 60)))
        .group("a life: made, polled once, dropped")
        .case(Case::floor(LIFE, life))
        .case(Case::new("made and polled once, blocked polls", blocked(life)).bar(Bar::TimeOver(LIFE, 400)))
        .case(Case::new("made and polled once, cancellations", cancelled(life)).bar(Bar::TimeOver(LIFE, 400)))
        .case(Case::new("made and polled once, context watch", lost(life)).bar(Bar::TimeOver(LIFE, 400)))
        .group("a life, on two threads at once")
        .case(Case::floor("made and polled once on 2 threads, off", |sample| lives(sample, 2)).only_timed())
        .case(
            Case::new("made and polled once on 2 threads, blocked polls", blocked(|sample| lives(sample, 2)))
                .only_timed(),
        )
}

fn blocked(body: impl Fn(&mut Sample) + Sync + 'static) -> impl Fn(&mut Sample) + Sync + 'static {
    move |sample| {
        let _enabled = BlockedPolls::builder().on_blocked(|_| ()).build().enable_scoped();
        warm_up();
        body(sample);
    }
}

fn cancelled(body: impl Fn(&mut Sample) + Sync + 'static) -> impl Fn(&mut Sample) + Sync + 'static {
    move |sample| {
        let hook = Cancellations::builder().build();
        hook.enable();
        warm_up();
        body(sample);
    }
}

fn lost(body: impl Fn(&mut Sample) + Sync + 'static) -> impl Fn(&mut Sample) + Sync + 'static {
    move |sample| {
        let _enabled = ContextWatch::of(&USER).build().enable_scoped();
        warm_up();
        USER.run(7_u32, || body(sample));
    }
}

/// Samples are short; a program that has run for a moment has filled its maps before.
fn warm_up() {
    drop(Vec::from_iter((0..10_000).map(|_| AsyncResource::new("bench"))));
}

fn poll(sample: &mut Sample) {
    let mut polled = Polled::new(pending().in_async_resource("bench"));
    sample.time(|| polled.poll());
}

/// In turn, as a busy thread does.
fn poll_many(sample: &mut Sample) {
    let mut polled: Vec<_> = (0..64).map(|_| Polled::new(pending().in_async_resource("bench"))).collect();
    let mut turn = 0;
    sample.time(|| {
        turn = (turn + 1) % polled.len();
        polled[turn].poll();
    });
}

fn life(sample: &mut Sample) {
    lives(sample, 1);
}

fn lives(sample: &mut Sample, threads: usize) {
    sample.time_on_threads(threads, || make_and_poll_once(|| ready(()).in_async_resource("bench")));
}
