//! What does a flight recorder add to a poll, a wake, a life and a spawn?
//!
//! Over a hook that does nothing, it is the recorder's own: the bars allow 60 instructions for each event and 12 for the clock, 300
//! for the beginning and for the end of a life.

use std::future::{pending, poll_fn, ready};
use std::task::Poll;

use async_hooks::recorder::FlightRecorder;
use async_hooks::{AsyncResource, FutureExt as _};
use async_hooks_benches::{
    Bar, Case, Polled, Question, Sample, Tracked, make_and_poll_once, spawn_and_join, with_a_silent_hook,
    with_a_wake_hook,
};

const POLL_OFF: &str = "poll, off";
const POLL: &str = "poll, a hook that does nothing";
const WAKE: &str = "poll and self-wake, a hook on wakes";
const LIFE: &str = "made and polled once, a hook that does nothing";
const SPAWN_OFF: &str = "spawn and join, off";
const ONE_THREAD: &str = "poll, recorder, on 1 thread";

pub(crate) fn question() -> Question {
    Question::new("What does a flight recorder add?")
        .group("a poll: two events")
        .case(Case::floor(POLL_OFF, poll).only_timed())
        .case(Case::floor(POLL, |sample| with_a_silent_hook(|| poll(sample))))
        .case(
            Case::new("poll, recorder without wakes", |sample| without_wakes(|| poll(sample)))
                .bar(Bar::InstructionsOver(POLL, 144))
                .bar(Bar::TimeOver(POLL_OFF, 50)),
        )
        .case(Case::new("poll, recorder", |sample| recorded(|| poll(sample))))
        .group("a poll that wakes itself: three events")
        .case(Case::floor(WAKE, |sample| with_a_wake_hook(|| wake(sample))))
        .case(Case::new("poll and self-wake, recorder", |sample| recorded(|| wake(sample))))
        .group("a life: made, polled once, dropped; five events")
        .case(Case::floor(LIFE, |sample| with_a_silent_hook(|| life(sample))))
        .case(
            Case::new("made and polled once, recorder without wakes", |sample| without_wakes(|| life(sample)))
                .bar(Bar::InstructionsOver(LIFE, 836)),
        )
        .group("spawn and join")
        .case(Case::floor(SPAWN_OFF, |sample| spawn_and_join(sample, &Tracked)).only_timed())
        .case(
            Case::new("spawn and join, recorder", |sample| recorded(|| spawn_and_join(sample, &Tracked)))
                .only_timed()
                .bar(Bar::TimeOver(SPAWN_OFF, 350)),
        )
        .group("threads that poll at the same time")
        .case(Case::floor(ONE_THREAD, |sample| recorded(|| polls(sample, 1))).only_timed())
        .case(
            Case::new("poll, recorder, on 2 threads", |sample| recorded(|| polls(sample, 2)))
                .only_timed()
                .bar(Bar::TimeOf(ONE_THREAD, 1.1)),
        )
}

/// Less than usual, so that the rings are full soon.
const MEMORY: usize = 1 << 20;

fn recorded(body: impl FnOnce()) {
    enabled(&FlightRecorder::builder().memory(MEMORY).build(), body);
}

fn without_wakes(body: impl FnOnce()) {
    enabled(&FlightRecorder::builder().memory(MEMORY).wakes(false).build(), body);
}

/// The rings are full already, as those of a program that has run for a while.
fn enabled(recorder: &FlightRecorder, body: impl FnOnce()) {
    let _enabled = recorder.enable_scoped();
    let filler = AsyncResource::new("bench");
    (0..MEMORY / 16).for_each(|_| filler.run_in_async_scope(|| ()));
    body();
}

fn poll(sample: &mut Sample) {
    let mut polled = Polled::new(pending().in_async_resource("bench"));
    sample.time(|| polled.poll());
}

fn wake(sample: &mut Sample) {
    let waking = poll_fn(|cx| {
        cx.waker().wake_by_ref();
        Poll::Pending
    });
    let mut polled = Polled::new(waking.in_async_resource("bench"));
    sample.time(|| polled.poll());
}

fn life(sample: &mut Sample) {
    sample.time(|| make_and_poll_once(|| ready(()).in_async_resource("bench")));
}

fn polls(sample: &mut Sample, threads: usize) {
    sample.time_on_threads(threads, || make_and_poll_once(|| ready(()).in_async_resource("bench")));
}
